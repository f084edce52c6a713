// Every setting of a training run, once: its name, default, meaning, and where it is kept. Flags,
// config files, --print-config and checkpoints all read this table.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace vgan {

struct TrainConfig {
  // data
  std::string data;          ///< IDX or .npy file or folder; "" = data/mnist or the built-in digits
  std::string labels;        ///< label file; "" = beside the images
  std::string shape;         ///< of one trial, see parse_shape; "" = as the file says
  bool conditional = false;  ///< G and D see each trial's class
  std::string conditions;    ///< .npy of condition vectors, one for each trial; "" = none
  std::string scale = "auto";  ///< of numbers to the network's range: auto, data, column or none
  std::string range;           ///< "LOW:HIGH" in its place; "" = none
  double hold_out = 0.0;       ///< share of the trials, from the end, that is not trained on
  // length
  std::uint64_t epochs = 10000;  ///< alternating D and G updates, one batch each
  double passes = 0.0;           ///< whole passes over the data instead; 0 = use `epochs`
  std::int64_t batch = 128;
  // networks
  std::string model = "gan";  ///< gan, vae or ae
  std::string net = "mlp";    ///< mlp, conv or conv1d
  std::int64_t latent = 100;
  std::vector<std::int64_t> g_layers;  ///< hidden widths, or channels; empty = the net's own
  std::vector<std::int64_t> d_layers;
  std::string g_net;  ///< layers one by one, in place of `net` and `g_layers`
  std::string d_net;
  std::int64_t kernel = 0;            ///< side of convolutions; 0 = 4, or 8 for curves
  std::string norm = "auto";          ///< G's hidden layers: batch, none, or auto
  std::string output = "tanh";        ///< tanh, sigmoid, linear or auto
  std::int64_t minibatch_stddev = 0;  ///< trials of a group; 0 = off
  std::int64_t pack = 1;              ///< trials that D judges together
  bool spectral_norm = false;         ///< of D's layers
  // the objective
  std::string loss = "bce";  ///< bce, minimax, article, lsgan, hinge or wgan-gp
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
  std::string likelihood = "bernoulli";  ///< of VAE and AE: bernoulli or gaussian
  double beta = 1.0;                     ///< weight of a VAE's KL
  std::uint64_t kl_warmup = 0;           ///< epochs in which it rises from 0
  std::int64_t latent_mixture = 1;  ///< Gaussians of a GAN's noise, or of an AE's codes; 0 = auto
  double latent_deviation = 0.6;    ///< of each of a GAN's; their centres have variance 1 - S^2
  // optimisation
  double lr = 2e-4;
  double lr_g = 0.0;  ///< 0 = lr
  double lr_d = 0.0;  ///< 0 = ttur * lr
  double ttur = 1.0;  ///< D's rate over G's (two time-scale update rule)
  double beta1 = 0.5;
  double beta2 = 0.999;
  std::string lr_schedule = "constant";  ///< constant, linear or cosine, to `lr_end`
  double lr_end = 0.0;                   ///< last rate, as a share of the first
  std::uint64_t warmup = 0;              ///< epochs in which rates rise from 0
  double ema = 0.0;                      ///< decay of the averaged G; 0 = off
  // machine
  std::uint64_t seed = 1;
  std::string device = "auto";
  std::string precision = "auto";  ///< fp32, bf16, tf32 or auto
  std::int64_t threads = 0;        ///< 0 = all that the process may use
  std::string step = "auto";       ///< graph, fused or auto
  // run folder
  std::string out;  ///< "" = runs/NNNN, the next free number
  std::uint64_t save_every = 1000;
  std::int64_t keep = 3;
  std::uint64_t sample_every = 500;
  std::string preset = "default";
  bool quiet = false;
  std::string profile_steps;  ///< "A:B"

  double generator_rate() const { return lr_g > 0.0 ? lr_g : lr; }
  double discriminator_rate() const { return lr_d > 0.0 ? lr_d : ttur * lr; }
  bool is_gan() const { return model == "gan"; }
  /// The `output` that an autoencoder's likelihood asks for.
  const char* decoder_output() const { return likelihood == "bernoulli" ? "sigmoid" : "linear"; }
  /// How many of `count` trials are held out: `hold_out` of them, to the nearest.
  std::int64_t held_out(std::int64_t count) const {
    return std::llround(hold_out * static_cast<double>(count));
  }
};

/// What becomes of a setting when a run is resumed.
enum class OnResume {
  stays,       ///< another value would be another run
  may_change,  ///< the run's numbers do not depend on it, or it only makes the run longer
  recorded,    ///< may change; the checkpoint says from which epoch on, see RunRecord
};

/// What a flag, a config key and the documentation share.
struct SettingInfo {
  const char* name;   ///< as in `--name` and as in the config file
  const char* group;  ///< heading in --help
  const char* value;  ///< what --help calls the value
  const char* help;   ///< one line, understood where `value` is not shown: in a config file
  OnResume on_resume = OnResume::stays;
  const char* allowed = "0 or more";  ///< what is said of a number below 0, where none may be
};

/// Calls `visitor(SettingInfo, field&)` for each setting, in the order of --help. Fields are
/// std::string, std::uint64_t, std::int64_t, double, bool or std::vector<std::int64_t>.
template <class Config, class Visitor>
void visit_settings(Config& c, Visitor&& visitor) {
  const char* const data = "Data";
  const char* const length = "Length";
  const char* const nets = "Networks";
  const char* const objective = "Objective";
  const char* const optimiser = "Optimisation";
  const char* const machine = "Machine";
  const char* const run = "Run folder and display";
  constexpr OnResume may_change = OnResume::may_change;
  constexpr OnResume recorded = OnResume::recorded;
  using S = SettingInfo;
  visitor(S{"data", data, "PATH",
            "an IDX or .npy file (plain or .gz), or a folder of IDX or .png files; 'digits', "
            "'ring8', 'grid25' or 'stacked-digits' = built-in; empty = data/mnist, else digits",
            may_change},
          c.data);
  visitor(S{"labels", data, "FILE",
            "labels, IDX, .npy or text of one a line; empty = looked for beside the images; none = "
            "none",
            may_change},
          c.labels);
  visitor(
      S{"shape", data, "SHAPE",
        "shape of one trial: P (a row), HxW or HxWxC (a picture; with net conv1d TxC, a curve), "
        "or the names of a .npy's axes after the first: p, t, tc, ct, hw, hwc, chw; empty = as "
        "the file says"},
      c.shape);
  visitor(S{"conditional", data, "",
            "generator and discriminator see each trial's class, from its label"},
          c.conditional);
  visitor(S{"conditions", data, "FILE",
            ".npy of condition vectors, one for each trial, which both networks see", may_change},
          c.conditions);
  visitor(S{"scale", data, "NAME",
            "of floats to the network's range: data = by that of all values, column = each column "
            "by its own, none = as they are, auto = column for rows, else data; bytes by 0 to 255"},
          c.scale);
  visitor(S{"range", data, "LOW:HIGH",
            "numbers that the network's range stands for; empty = as scale says"},
          c.range);
  visitor(S{"hold-out", data, "SHARE", "share of the trials, from the end, that is not trained on"},
          c.hold_out);
  visitor(S{"epochs", length, "N",
            "length of the run: in an epoch each network is updated, by one batch", may_change,
            "1 or more"},
          c.epochs);
  visitor(S{"passes", length, "X", "whole passes over the data, in place of epochs; 0 = off",
            may_change},
          c.passes);
  visitor(
      S{"batch", length, "N", "real trials in a batch; where left alone, no more than there are"},
      c.batch);
  visitor(S{"model", nets, "NAME", "gan, vae or ae"}, c.model);
  visitor(S{"net", nets, "NAME", "mlp, conv (images) or conv1d (curves)"}, c.net);
  visitor(S{"latent", nets, "N", "length of the generator's noise vector, or of a code"}, c.latent);
  visitor(S{"g-layers", nets, "A,B,..",
            "hidden widths of generator or decoder, channels if conv; empty = the net's own"},
          c.g_layers);
  visitor(S{"d-layers", nets, "A,B,..",
            "hidden widths of discriminator or encoder, channels if conv; empty = the net's own"},
          c.d_layers);
  visitor(S{"g-net", nets, "LIST",
            "the generator's hidden layers one by one: dense:N, dense:HxWxC, up:C, conv:C, each "
            "with :kN, :sN or :bn, by commas; empty = as net and g-layers say"},
          c.g_net);
  visitor(S{"d-net", nets, "LIST",
            "the discriminator's hidden layers one by one: conv:C or dense:N, each with :kN or "
            ":sN, by commas; empty = as net and d-layers say"},
          c.d_net);
  visitor(S{"kernel", nets, "N", "side of convolutions; 0 = 4, or 8 for curves"}, c.kernel);
  visitor(S{"norm", nets, "NAME",
            "of the generator's hidden layers: batch, none, or auto (batch if conv)"},
          c.norm);
  visitor(S{"output", nets, "NAME",
            "the generator's last activation: tanh, sigmoid, linear or auto (tanh for u8, linear "
            "for floats)"},
          c.output);
  visitor(S{"spectral-norm", nets, "",
            "the discriminator's weights are divided by their largest singular value"},
          c.spectral_norm);
  visitor(S{"minibatch-stddev", nets, "N",
            "size of the groups of trials whose spread the discriminator sees; 0 = off"},
          c.minibatch_stddev);
  visitor(S{"pack", nets, "N", "trials that the discriminator judges together (PacGAN)"}, c.pack);
  visitor(S{"loss", objective, "NAME", "bce, minimax, article, lsgan, hinge or wgan-gp"}, c.loss);
  visitor(S{"n-critic", objective, "N", "updates of the discriminator for each of the generator"},
          c.n_critic);
  visitor(S{"gp", objective, "LAMBDA", "weight of wgan-gp's gradient penalty", recorded}, c.gp);
  visitor(S{"r1", objective, "GAMMA", "weight of the R1 gradient penalty on real trials; 0 = none",
            recorded},
          c.r1);
  visitor(S{"r2", objective, "SHARE",
            "weight of the gradient penalty on generated trials (R2), as a share of r1; 0 = none",
            recorded},
          c.r2);
  visitor(S{"r1-scaled", objective, "",
            "r1 is for trials of 784 numbers and goes in proportion with others; off where --r1 "
            "is given alone",
            recorded},
          c.r1_scaled);
  visitor(S{"r1-every", objective, "K",
            "the R1 and R2 penalties come every so many epochs, as many times as strong", recorded},
          c.r1_every);
  visitor(S{"label-smoothing", objective, "X",
            "the discriminator's target for real trials; 1 = no smoothing", recorded},
          c.label_smoothing);
  visitor(S{"instance-noise", objective, "SIGMA",
            "deviation of the noise added to all that the discriminator sees; 0 = none", recorded},
          c.instance_noise);
  visitor(S{"instance-noise-decay", objective, "SHARE",
            "share of the run in which instance-noise falls; 0 = it stays", recorded},
          c.instance_noise_decay);
  visitor(S{"instance-noise-end", objective, "SIGMA",
            "deviation that instance-noise falls to, by equal factors in equal times; 0 = "
            "linearly to 0",
            recorded},
          c.instance_noise_end);
  visitor(S{"augment", objective, "LIST",
            "DiffAugment of all that the discriminator sees: color, translation, cutout, by "
            "commas; empty = none"},
          c.augment);
  visitor(S{"likelihood", objective, "NAME",
            "of a vae's or ae's reconstructions: bernoulli or gaussian"},
          c.likelihood);
  visitor(S{"beta", objective, "X", "weight of a vae's KL divergence", recorded}, c.beta);
  visitor(S{"kl-warmup", objective, "N", "epochs in which beta rises from 0", recorded},
          c.kl_warmup);
  visitor(S{"latent-mixture", objective, "K",
            "Gaussians that a gan's noise is drawn from, or that are fitted to an ae's codes; 0 = "
            "auto (100 for a gan of trials of up to 16 real values, up to 32 for an ae, else 1)"},
          c.latent_mixture);
  visitor(S{"latent-deviation", objective, "S",
            "deviation of each Gaussian of a gan's latent-mixture; their centres have the rest of "
            "the variance 1"},
          c.latent_deviation);
  visitor(S{"lr", optimiser, "RATE", "Adam's learning rate", recorded}, c.lr);
  visitor(S{"lr-g", optimiser, "RATE", "the generator's own learning rate; 0 = lr", recorded},
          c.lr_g);
  visitor(S{"lr-d", optimiser, "RATE", "the discriminator's own learning rate; 0 = ttur times lr",
            recorded},
          c.lr_d);
  visitor(
      S{"ttur", optimiser, "X", "the discriminator's learning rate as a multiple of lr", recorded},
      c.ttur);
  visitor(S{"beta1", optimiser, "X", "Adam's decay of the mean gradient", recorded}, c.beta1);
  visitor(S{"beta2", optimiser, "X", "Adam's decay of the squared gradient", recorded}, c.beta2);
  visitor(S{"lr-schedule", optimiser, "NAME",
            "course of the learning rates: constant, linear or cosine", recorded},
          c.lr_schedule);
  visitor(
      S{"lr-end", optimiser, "X",
        "last learning rate as a share of the first, where lr-schedule is not constant", recorded},
      c.lr_end);
  visitor(S{"warmup", optimiser, "N", "epochs in which learning rates rise from 0", recorded},
          c.warmup);
  visitor(S{"ema", optimiser, "DECAY",
            "decay of the generator's average, which samples come from; 0 = no average"},
          c.ema);
  visitor(S{"seed", machine, "N", "seed of every random number of the run"}, c.seed);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N", may_change}, c.device);
  visitor(S{"precision", machine, "NAME", "fp32, bf16, tf32 (CUDA) or auto"}, c.precision);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use", may_change},
          c.threads);
  visitor(
      S{"step", machine, "NAME",
        "fused (Adam rides along the backward pass), graph (apart from it) or auto", may_change},
      c.step);
  visitor(S{"out", run, "DIR", "run folder; empty = the next free runs/NNNN"}, c.out);
  visitor(S{"save-every", run, "N", "epochs between checkpoints; 0 = only at the end", may_change},
          c.save_every);
  visitor(
      S{"keep", run, "N", "newest checkpoints kept, with the best by loss; 0 = all", may_change},
      c.keep);
  visitor(
      S{"sample-every", run, "N", "epochs between sample grids; 0 = only at the end", may_change},
      c.sample_every);
  visitor(
      S{"preset", run, "NAME", "settings to start from: default, article, stable, conv, vae or ae"},
      c.preset);
  visitor(S{"quiet", run, "", "print nothing but errors", may_change}, c.quiet);
  visitor(
      S{"profile-steps", run, "A:B",
        "first and last epoch whose phases are timed, into profile.json; empty = none", may_change},
      c.profile_steps);
}

/// The named preset's settings. Throws bad_config for an unknown name.
TrainConfig preset(const std::string& name);
/// Preset names with one line about each, for --help and docs.
std::vector<std::pair<std::string, std::string>> preset_list();

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
/// The preset to start from where none is named: `model` itself for vae and ae.
std::string preset_for(const std::string& model);

/// A config file (TOML, one key for each setting) over the preset that it names, or over
/// `preset_name` where that is not empty; where neither names one, over that of `model`, or else of
/// the file's model. A file's `output` and its mixture do not go to another `model` than its own.
/// Throws bad_config with file, line and column; an unknown key names its nearest neighbour. I/O
/// errors are `io`. With `given`, adds the names of its keys to it, and leaves `drop_overruled` to
/// a caller who knows what else is given.
TrainConfig read_config(const std::filesystem::path& path, const std::string& preset_name = "",
                        std::vector<std::string>* given = nullptr, const std::string& model = "");
TrainConfig parse_config(const std::string& toml, const std::string& origin,
                         const std::string& preset_name = "",
                         std::vector<std::string>* given = nullptr, const std::string& model = "");
/// TOML text that `parse_config` reads back to an equal config; `comments` adds each help line.
std::string print_config(const TrainConfig& config, bool comments);

/// Throws bad_config for the first setting that has a value it cannot have, naming setting, value,
/// and range.
void validate(const TrainConfig& config);
/// Throws bad_config for a word that `precision` cannot be.
void require_precision(const std::string& precision);
/// The words of `augment`. Throws bad_config for an unknown one.
std::vector<std::string> augment_words(const std::string& list);
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
