// The settings of a training run, with their defaults; presets, files and rules. What is said of
// each to people is in setting_table.hpp.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/data/dialect.hpp"
#include "engine/data/hold_out_part.hpp"
#include "engine/data/trial_shape.hpp"
#include "engine/encode/scale_kind.hpp"
#include "engine/settings/choices.hpp"

namespace vgan {

/// The most networks of a masked model: a step's record has room for what so many measure.
inline constexpr std::int64_t most_folds = 4;

struct TrainConfig {
  // data
  std::string data;     ///< as DataRequest::data; "" = data/mnist or the built-in digits
  std::string array;    ///< of an .npz file: which array; "" = the one that there is
  std::string dataset;  ///< of an HDF5 file: path of the dataset; "" = the one that there is
  std::string labels;   ///< label file; "" = beside the images
  std::string shape;    ///< of one trial, see parse_shape; "" = as the file says
  DelimiterKind delimiter = DelimiterKind::automatic;  ///< of a table as text
  DecimalKind decimal = DecimalKind::automatic;        ///< of its numbers
  HeaderKind header = HeaderKind::automatic;           ///< whether its first row has names
  /// GiB that the rows of a table as text may take, see RowLimit; 0 = half of the machine's memory.
  double memory = 0.0;
  std::string schema;        ///< TOML file of what a table's columns are; "" = found by looking
  bool conditional = false;  ///< G and D see each trial's class
  std::string conditions;    ///< .npy of condition vectors, one for each trial; "" = none
  /// Groups of alike trials that G and D see in place of classes, at most; 0 = none.
  std::int64_t clusters = 0;
  ScaleKind scale = ScaleKind::automatic;  ///< of numbers to the network's range
  std::string range;                       ///< "LOW:HIGH" in its place; "" = none
  /// Share of the trials that is not trained on; nothing = auto, see held_out.
  std::optional<double> hold_out;
  HoldOutPart hold_out_part = HoldOutPart::random;
  // length
  /// Alternating D and G updates, one batch each; 0, of a masked model: by the number of rows.
  std::uint64_t epochs = 10000;
  double passes = 0.0;  ///< of each network over its trials instead; 0 = use `epochs`
  std::int64_t batch = 128;
  /// How many networks a masked model has, each of which leaves out one of so many parts of the
  /// rows; 0: it has one, which learns all rows.
  std::int64_t folds = 0;
  // networks
  ModelKind model = ModelKind::gan;
  NetKind net = NetKind::mlp;
  std::int64_t latent = 100;
  std::vector<std::int64_t> g_layers;  ///< hidden widths, or channels; empty = the net's own
  std::vector<std::int64_t> d_layers;
  std::string g_net;  ///< layers one by one, in place of `net` and `g_layers`
  std::string d_net;
  std::int64_t kernel = 0;  ///< side of convolutions; 0 = 4, or 8 for curves
  NormKind norm = NormKind::automatic;
  OutputKind output = OutputKind::tanh;  ///< of rows of a table always linear
  std::int64_t minibatch_stddev = 0;     ///< trials of a group; 0 = off
  std::int64_t pack = 1;                 ///< trials that D judges together
  bool spectral_norm = false;            ///< of D's layers
  double dropout = 0.0;                  ///< of a masked model's hidden numbers, in training
  // the objective
  LossKind loss = LossKind::bce;
  std::int64_t n_critic = 1;
  double gp = 10.0;                   ///< lambda of wgan-gp's penalty
  double label_smoothing = 1.0;       ///< D's target for real trials
  double instance_noise = 0.0;        ///< standard deviation, in the network's units
  double instance_noise_decay = 0.0;  ///< share of the run in which it falls; 0 = it stays
  double instance_noise_end = 0.0;    ///< to this, by equal factors; 0 = linearly to 0
  std::string augment;                ///< of color, translation, cutout; "" = none
  double r1 = 0.0;                    ///< gamma; 0 = off
  double r2 = 0.0;                    ///< the same on fakes, as a share of r1; 0 = off
  bool r1_scaled = false;             ///< gamma is that of trials of 784 numbers
  std::int64_t r1_every = 1;
  LikelihoodKind likelihood = LikelihoodKind::automatic;  ///< of VAE and AE
  double beta = 1.0;                                      ///< weight of a VAE's KL
  std::uint64_t kl_warmup = 0;                            ///< epochs in which it rises from 0
  std::int64_t latent_mixture = 1;  ///< Gaussians of a GAN's noise, or of an AE's codes; 0 = auto
  double latent_deviation = 0.6;    ///< of each of a GAN's; their centres have variance 1 - S^2
  // optimisation
  double lr = 2e-4;
  double lr_g = 0.0;  ///< 0 = lr
  double lr_d = 0.0;  ///< 0 = ttur * lr
  double ttur = 1.0;  ///< D's rate over G's (two time-scale update rule)
  double beta1 = 0.5;
  double beta2 = 0.999;
  ScheduleKind lr_schedule = ScheduleKind::constant;  ///< to `lr_end`
  double lr_end = 0.0;                                ///< last rate, as a share of the first
  std::uint64_t warmup = 0;                           ///< epochs in which rates rise from 0
  double ema = 0.0;                                   ///< decay of the averaged G; 0 = off
  double weight_decay = 0.0;                          ///< of a masked model, AdamW's
  double clip = 0.0;  ///< greatest norm of a masked model's gradient; 0 = any
  // quality on the way
  /// Epochs between measures of samples beside trials held out; 0 = never, nothing = auto.
  std::optional<std::uint64_t> evaluate_every;
  std::string stop_when;  ///< as StopRule::parse has it; "" = at the last epoch alone
  DivergenceKind on_divergence = DivergenceKind::stop;
  // machine
  std::uint64_t seed = 1;
  std::string device = "auto";
  PrecisionKind precision = PrecisionKind::automatic;
  std::int64_t threads = 0;  ///< 0 = all that the process may use
  StepKind step = StepKind::automatic;
  // run folder
  std::string out;  ///< "" = runs/NNNN, the next free number
  std::uint64_t save_every = 1000;
  std::int64_t keep = 3;
  std::uint64_t sample_every = 500;
  std::string preset = "default";
  bool quiet = false;
  ReportKind report = ReportKind::on;  ///< report.html after the run
  std::string profile_steps;           ///< "A:B"
  bool tensorboard = false;            ///< event files beside metrics.jsonl

  double generator_rate() const { return lr_g > 0.0 ? lr_g : lr; }
  double discriminator_rate() const { return lr_d > 0.0 ? lr_d : ttur * lr; }
  /// The `output` that an autoencoder's likelihood asks for.
  OutputKind decoder_output() const {
    const bool logits =
        likelihood == LikelihoodKind::automatic || likelihood == LikelihoodKind::bernoulli;
    return logits ? OutputKind::sigmoid : OutputKind::linear;
  }
  /// How many groups of alike trials G and D are told of, at most: `clusters`, unless they are told
  /// something else, or D sees several trials, of several groups, as one.
  std::int64_t groups() const {
    const bool free = model == ModelKind::gan && !conditional && conditions.empty() && pack == 1;
    return free ? clusters : 0;
  }
  /// Whether trials are drawn from noise, by a generator or decoder.
  bool has_latent() const { return model != ModelKind::masked; }
  /// How many of `count` trials are held out: `hold_out` of them, to the nearest. Where that is
  /// auto: a tenth, at most 10,000, of 200 images or curves and more and of 1,000 rows and more,
  /// where a batch is left.
  std::int64_t held_out(std::int64_t count, TrialKind kind) const;
};

/// The named preset's settings. Throws bad_config for an unknown name.
TrainConfig preset(const std::string& name);
/// Preset names with one line about each, for --help and docs.
std::vector<std::pair<std::string, std::string>> preset_list();
std::vector<std::string> preset_names();

/// Whether a setting was given, by a flag or in a file, rather than left to the preset.
using Given = std::function<bool(const std::string& name)>;
/// Drops what the preset says where it does not go with what was given: its layers under another
/// `net` or beside widths, its R1 beside the gradient penalty of wgan-gp, its end of the noise
/// above less noise.
void drop_overruled(TrainConfig& config, const Given& given);
/// Throws bad_config for a setting that nothing in the run uses, such as `pack` of an autoencoder,
/// unless it has its preset's value or TrainConfig's own. One of another model that is in
/// `given`, asked for by name, is refused with these values too.
void require_used(const TrainConfig& config, const std::vector<std::string>& given = {});
/// Gives the settings of these names in `to` the values that they have in `from`.
void copy_settings(const TrainConfig& from, const std::vector<std::string>& names, TrainConfig& to);
/// The preset to start from where none is named: `model` itself for vae and ae.
std::string preset_for(ModelKind model);

/// What a command line says that a config file lies beneath.
struct FlagsOverFile {
  std::string preset;              ///< the preset to start from; empty: the file's
  std::optional<ModelKind> model;  ///< the model, where a flag names one that there is
  Given given = {};                ///< the settings that have flags; empty: none
};

/// A config file (TOML, one key for each setting) over the preset of `flags`, or over the one that
/// it names; where neither names one, over that of the model. A file's `output` and its mixture do
/// not go to another model of the flags than its own. Throws bad_config, with file, line and
/// column, for what is no TOML, for an unknown key, which is told its nearest neighbour, for a
/// value of another type, and for a word that a setting has not, unless a flag gives that setting.
/// I/O errors are `io`. With `in_file`, adds the names of its keys to it, and leaves
/// `drop_overruled` to a caller who knows what else is given.
TrainConfig read_config(const std::filesystem::path& path, const FlagsOverFile& flags = {},
                        std::vector<std::string>* in_file = nullptr);
TrainConfig parse_config(const std::string& toml, const std::string& origin,
                         const FlagsOverFile& flags = {},
                         std::vector<std::string>* in_file = nullptr);
/// TOML text that `parse_config` reads back to an equal config; `comments` adds each help line.
std::string print_config(const TrainConfig& config, bool comments);

/// Throws bad_config for the first setting that has a value it cannot have, naming setting, value,
/// and range.
void validate(const TrainConfig& config);
/// The words of `augment`. Throws bad_config for an unknown one.
std::vector<AugmentKind> augment_words(const std::string& list);
/// [A, B] of "A:B", both counted from 1. Throws bad_config.
std::pair<std::uint64_t, std::uint64_t> parse_step_range(const std::string& text);
/// A setting with another value than before, both as text.
struct SettingChange {
  std::string setting, from, to;
};
/// Throws bad_config if `wanted` differs from `saved` in a setting that may not change on resume,
/// naming it. Returns the changes that are recorded; those of `epochs` and `passes` are where a
/// schedule spans the run.
std::vector<SettingChange> check_resume(const TrainConfig& saved, const TrainConfig& wanted);
/// Throws bad_config if `wanted` differs from `saved` in a setting that makes the networks, or in
/// its preset: a run that starts from another's weights has the same.
void check_origin(const TrainConfig& saved, const TrainConfig& wanted);

/// Numbers in the covariances of the Gaussians that are fitted to codes: 32 MiB in double.
inline constexpr std::int64_t most_covariance_numbers = std::int64_t{1} << 22;
/// Throws bad_config where `components` covariances of latent x latent are more than that.
void require_code_gaussians(std::int64_t components, std::int64_t latent);

}  // namespace vgan
