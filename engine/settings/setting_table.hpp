// Every setting of a training run, once: its name, its meaning and what a resume makes of it.
// Flags, config files, --print-config and checkpoints all read this table.
#pragma once

#include <string>

#include "engine/base/text.hpp"
#include "engine/settings/config.hpp"

namespace vgan {

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
  std::string help;   ///< one line, understood where `value` is not shown: in a config file
  OnResume on_resume = OnResume::stays;
  const char* allowed = "0 or more";  ///< what is said of a number below 0, where none may be
  bool several = false;               ///< a flag may have several values: the names of a list
};

/// Calls `visitor(SettingInfo, field&)` for the three settings that say how a table is written.
template <class Delimiter, class Decimal, class Header, class Visitor>
void visit_dialect(const char* group, Delimiter& delimiter, Decimal& decimal, Header& header,
                   Visitor&& visitor) {
  using S = SettingInfo;
  visitor(
      S{"delimiter", group, "WORD", "of a table, between cells: " + words_help<DelimiterKind>()},
      delimiter);
  visitor(S{"decimal", group, "WORD", "of a table, in numbers: " + words_help<DecimalKind>()},
          decimal);
  visitor(S{"header", group, "WORD",
            "whether a table's first row has names: " + words_help<HeaderKind>()},
          header);
}

/// Calls `visitor(SettingInfo, field&)` for the two settings that say which part of a file is
/// meant.
template <class Text, class Visitor>
void visit_parts(const char* group, Text& array, Text& dataset, Visitor&& visitor) {
  using S = SettingInfo;
  visitor(S{"array", group, "NAME", "of an .npz file: which array; empty = the one that there is",
            OnResume::may_change},
          array);
  visitor(S{"dataset", group, "NAME",
            "of an HDF5 file: path of the dataset, or of a group of columns; empty = the one that "
            "there is",
            OnResume::may_change},
          dataset);
}

/// Calls `visitor(SettingInfo, field&)` for each setting, in the order of --help. Fields are
/// std::string, std::uint64_t, std::int64_t, double, bool, std::vector<std::int64_t>, a
/// WordSetting, or std::optional of a number: nothing is "auto".
template <class Config, class Visitor>
void visit_settings(Config& c, Visitor&& visitor) {
  const char* const data = "Data";
  const char* const length = "Length";
  const char* const nets = "Networks";
  const char* const objective = "Objective";
  const char* const optimiser = "Optimisation";
  const char* const quality = "Quality on the way";
  const char* const machine = "Machine";
  const char* const run = "Run folder and display";
  constexpr OnResume may_change = OnResume::may_change;
  constexpr OnResume recorded = OnResume::recorded;
  using S = SettingInfo;
  visitor(S{"data", data, "PATH",
            "a table as text (CSV, TSV, blanks), an IDX, .npy, .npz or HDF5 file, plain, .gz or "
            ".zst, or a folder of IDX or .png files; several files of one table with commas "
            "between, or by * and ?; - = standard input; 'digits', 'ring8', 'grid25', "
            "'stacked-digits' or 'wind-tunnel' = built-in; empty = data/mnist, else digits",
            may_change, "", true},
          c.data);
  visitor(
      S{"labels", data, "FILE",
        "labels, IDX, .npy, FILE.npz:ARRAY or text of one a line; empty = looked for beside the "
        "images; none = none",
        may_change},
      c.labels);
  visit_parts(data, c.array, c.dataset, visitor);
  visitor(
      S{"shape", data, "SHAPE",
        "shape of one trial: P (a row), HxW or HxWxC (a picture; with net conv1d TxC, a curve), "
        "or the names of a .npy's axes after the first: p, t, tc, ct, hw, hwc, chw; empty = as "
        "the file says"},
      c.shape);
  visit_dialect(data, c.delimiter, c.decimal, c.header, visitor);
  visitor(S{"memory", data, "GIB",
            "what the rows of a table as text may take, with what trains on them; of a larger one "
            "rows drawn at random are kept; 0 = half of the machine's memory"},
          c.memory);
  visitor(S{"schema", data, "FILE",
            "what a table's columns are, as 'vgan_cuda schema TABLE --out FILE' writes it; columns "
            "that it lacks, and empty = found by looking",
            may_change},
          c.schema);
  visitor(S{"conditional", data, "",
            "generator and discriminator see each trial's class, from its label"},
          c.conditional);
  visitor(S{"conditions", data, "FILE",
            ".npy or FILE.npz:ARRAY of condition vectors, one for each trial, which both networks "
            "see",
            may_change},
          c.conditions);
  visitor(S{"clusters", data, "K",
            "generator and discriminator of images see which of so many groups of alike images "
            "(k-means) each is in; fewer where there are less than 100 images for each; not with "
            "conditional, conditions or pack; 0 = none"},
          c.clusters);
  visitor(S{"scale", data, "NAME",
            "how floats are scaled to the network's range: " + words_help<ScaleKind>() +
                "; bytes are by 0 to 255"},
          c.scale);
  visitor(S{"range", data, "LOW:HIGH",
            "numbers that the network's range stands for; empty = as scale says"},
          c.range);
  visitor(S{"hold-out", data, "SHARE",
            "share of the trials that is not trained on, so that samples can be measured beside "
            "it; auto = a tenth, up to 10,000, from 200 images or curves or 1,000 rows on; 0 = "
            "none"},
          c.hold_out);
  visitor(
      S{"hold-out-part", data, "NAME", "which trials hold-out means: " + words_help<HoldOutPart>()},
      c.hold_out_part);
  visitor(S{"epochs", length, "N",
            "length of the run: in an epoch each network is updated, by one batch; 0, of a masked "
            "model = by the number of rows",
            may_change, "1 or more"},
          c.epochs);
  visitor(S{"passes", length, "X",
            "whole passes over the data, of each network over those that it learns, in place of "
            "epochs; 0 = off",
            may_change},
          c.passes);
  visitor(
      S{"batch", length, "N", "real trials in a batch; where left alone, no more than there are"},
      c.batch);
  visitor(S{"model", nets, "NAME", words_help<ModelKind>()}, c.model);
  visitor(S{"folds", nets, "K",
            "of a masked model: how many networks, 2 to 4, each of which leaves out a part of the "
            "rows; these make intervals hold on new rows; 0 = one network of all rows"},
          c.folds);
  visitor(S{"net", nets, "NAME", words_help<NetKind>()}, c.net);
  visitor(S{"latent", nets, "N", "length of the generator's noise vector, or of a code"}, c.latent);
  visitor(
      S{"g-layers", nets, "A,B,..",
        "hidden widths of generator or decoder, channels if conv; of a masked model one for each "
        "residual block, of one width; empty = the net's own"},
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
  visitor(S{"norm", nets, "NAME", "of the generator's hidden layers: " + words_help<NormKind>()},
          c.norm);
  visitor(S{"output", nets, "NAME",
            "the generator's last activation, of a table's numbers always linear: " +
                words_help<OutputKind>()},
          c.output);
  visitor(S{"spectral-norm", nets, "",
            "the discriminator's weights are divided by their largest singular value"},
          c.spectral_norm);
  visitor(S{"minibatch-stddev", nets, "N",
            "size of the groups of trials whose spread the discriminator sees; 0 = off"},
          c.minibatch_stddev);
  visitor(S{"dropout", nets, "SHARE",
            "of a masked model's hidden numbers, that are left out in training"},
          c.dropout);
  visitor(S{"pack", nets, "N", "trials that the discriminator judges together (PacGAN)"}, c.pack);
  visitor(S{"loss", objective, "NAME", words_help<LossKind>()}, c.loss);
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
            "DiffAugment of all that the discriminator sees: " + joined(words_of<AugmentKind>()) +
                ", by commas; empty = none"},
          c.augment);
  visitor(S{"likelihood", objective, "NAME",
            "of a vae's or ae's reconstructions: " + words_help<LikelihoodKind>()},
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
            "course of the learning rates: " + words_help<ScheduleKind>(), recorded},
          c.lr_schedule);
  visitor(
      S{"lr-end", optimiser, "X",
        "last learning rate as a share of the first, where lr-schedule is not constant", recorded},
      c.lr_end);
  visitor(S{"warmup", optimiser, "N", "epochs in which learning rates rise from 0", recorded},
          c.warmup);
  visitor(
      S{"weight-decay", optimiser, "X",
        "of a masked model: each update leaves 1 - rate times this of a weight (AdamW)", recorded},
      c.weight_decay);
  visitor(
      S{"clip", optimiser, "NORM",
        "greatest norm of the gradient that a masked model's update follows; 0 = any", recorded},
      c.clip);
  visitor(S{"ema", optimiser, "DECAY",
            "decay of the generator's average, which samples come from; 0 = no average"},
          c.ema);
  visitor(S{"evaluate-every", quality, "N",
            "epochs between measures of samples beside the trials held out; 0 = never; auto = so "
            "often that measuring should take about a twentieth of the run, of a short one never",
            may_change},
          c.evaluate_every);
  visitor(S{"stop-when", quality, "RULE",
            "ends the run before its last epoch: plateau (no measure better than the best, by 2 %, "
            "in 5 that follow it; plateau:8 = in 8), or a measure and a number, as 'frechet<5'; "
            "empty = never",
            may_change},
          c.stop_when);
  visitor(S{"on-divergence", quality, "NAME",
            "where numbers are NaN, Inf or far beyond the run's own best: " +
                words_help<DivergenceKind>(),
            may_change},
          c.on_divergence);
  visitor(S{"seed", machine, "N", "seed of every random number of the run"}, c.seed);
  visitor(S{"device", machine, "NAME", "auto, cpu, cuda or cuda:N", may_change}, c.device);
  visitor(S{"precision", machine, "NAME", words_help<PrecisionKind>()}, c.precision);
  visitor(S{"threads", machine, "N", "CPU threads; 0 = all that the process may use", may_change},
          c.threads);
  visitor(
      S{"step", machine, "NAME", "how updates are computed: " + words_help<StepKind>(), may_change},
      c.step);
  visitor(S{"out", run, "DIR", "run folder; empty = the next free runs/NNNN"}, c.out);
  visitor(S{"save-every", run, "N", "epochs between checkpoints; 0 = only at the end", may_change},
          c.save_every);
  visitor(S{"keep", run, "N", "newest checkpoints kept, with the best; 0 = all", may_change},
          c.keep);
  visitor(
      S{"sample-every", run, "N", "epochs between sample grids; 0 = only at the end", may_change},
      c.sample_every);
  visitor(S{"preset", run, "NAME", "settings to start from: " + alternatives(preset_names())},
          c.preset);
  visitor(S{"quiet", run, "", "print nothing but errors", may_change}, c.quiet);
  visitor(S{"report", run, "NAME", "the page for people after a run: " + words_help<ReportKind>(),
            may_change},
          c.report);
  visitor(
      S{"profile-steps", run, "A:B",
        "first and last epoch whose phases are timed, into profile.json; empty = none", may_change},
      c.profile_steps);
  visitor(S{"tensorboard", run, "",
            "losses, measures and sample sheets as event files for TensorBoard, in the run folder",
            may_change},
          c.tensorboard);
}

}  // namespace vgan
