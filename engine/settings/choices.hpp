// The settings of a run that are words, each an enum with its words and their help; `scale` stands
// with what reads it (engine/encode/scale_kind.hpp). `device`, `preset` and `labels` are text: they
// may be names that no enum can list.
#pragma once

#include <array>

#include "engine/base/words.hpp"

namespace vgan {

/// `masked`: one network that predicts each column of a table from any others.
enum class ModelKind { gan, vae, ae, masked };

template <>
struct WordTable<ModelKind> {
  static constexpr const char* setting = "model";
  static constexpr std::array<Word<ModelKind>, 4> table{{
      {ModelKind::gan, "gan"},
      {ModelKind::vae, "vae"},
      {ModelKind::ae, "ae"},
      {ModelKind::masked, "masked", "tables"},

  }};
};

/// What hidden layers are made of, where they are not listed one by one.
enum class NetKind { mlp, conv, conv1d };

template <>
struct WordTable<NetKind> {
  static constexpr const char* setting = "net";
  static constexpr std::array<Word<NetKind>, 3> table{{
      {NetKind::mlp, "mlp"},
      {NetKind::conv, "conv", "images"},
      {NetKind::conv1d, "conv1d", "curves"},
  }};
};

/// What normalises G's hidden layers.
enum class NormKind { automatic, batch, none };

template <>
struct WordTable<NormKind> {
  static constexpr const char* setting = "norm";
  static constexpr std::array<Word<NormKind>, 3> table{{
      {NormKind::automatic, "auto", "batch if conv"},
      {NormKind::batch, "batch"},
      {NormKind::none, "none"},
  }};
};

/// G's last activation.
enum class OutputKind { tanh, sigmoid, linear, automatic };

template <>
struct WordTable<OutputKind> {
  static constexpr const char* setting = "output";
  static constexpr std::array<Word<OutputKind>, 4> table{{
      {OutputKind::tanh, "tanh"},
      {OutputKind::sigmoid, "sigmoid"},
      {OutputKind::linear, "linear"},
      {OutputKind::automatic, "auto", "tanh for u8, linear for floats"},
  }};
};

/// What D and G minimise; the equations are in kernels/math/gan_loss.hpp and docs/training.md.
enum class LossKind { bce, minimax, article, lsgan, hinge, wgan_gp };

template <>
struct WordTable<LossKind> {
  static constexpr const char* setting = "loss";
  static constexpr std::array<Word<LossKind>, 6> table{{
      {LossKind::bce, "bce"},
      {LossKind::minimax, "minimax"},
      {LossKind::article, "article"},
      {LossKind::lsgan, "lsgan"},
      {LossKind::hinge, "hinge"},
      {LossKind::wgan_gp, "wgan-gp"},
  }};
};

/// What the outputs of a VAE's or AE's decoder are the parameters of.
enum class LikelihoodKind { automatic, bernoulli, gaussian, columns };

template <>
struct WordTable<LikelihoodKind> {
  static constexpr const char* setting = "likelihood";
  static constexpr std::array<Word<LikelihoodKind>, 4> table{{
      {LikelihoodKind::automatic, "auto", "columns for tables, else bernoulli"},
      {LikelihoodKind::bernoulli, "bernoulli"},
      {LikelihoodKind::gaussian, "gaussian"},
      {LikelihoodKind::columns, "columns", "by what each column is"},
  }};
};

/// How learning rates go to their last value.
enum class ScheduleKind { constant, linear, cosine };

template <>
struct WordTable<ScheduleKind> {
  static constexpr const char* setting = "lr-schedule";
  static constexpr std::array<Word<ScheduleKind>, 3> table{{
      {ScheduleKind::constant, "constant"},
      {ScheduleKind::linear, "linear"},
      {ScheduleKind::cosine, "cosine"},
  }};
};

/// The numbers that products are made of; `automatic` is bf16 where the device is fast in it.
enum class PrecisionKind { automatic, fp32, bf16, tf32 };

template <>
struct WordTable<PrecisionKind> {
  static constexpr const char* setting = "precision";
  static constexpr std::array<Word<PrecisionKind>, 4> table{{
      {PrecisionKind::automatic, "auto"},
      {PrecisionKind::fp32, "fp32"},
      {PrecisionKind::bf16, "bf16"},
      {PrecisionKind::tf32, "tf32", "CUDA"},
  }};
};

/// How a step's updates are computed.
enum class StepKind { automatic, graph, fused };

template <>
struct WordTable<StepKind> {
  static constexpr const char* setting = "step";
  static constexpr std::array<Word<StepKind>, 3> table{{
      {StepKind::automatic, "auto"},
      {StepKind::graph, "graph", "Adam after the backward pass"},
      {StepKind::fused, "fused", "Adam along with it"},
  }};
};

/// Whether a run ends with a report for people.
enum class ReportKind { on, off };

template <>
struct WordTable<ReportKind> {
  static constexpr const char* setting = "report";
  static constexpr std::array<Word<ReportKind>, 2> table{{
      {ReportKind::on, "on", "report.html in the run folder"},
      {ReportKind::off, "off"},
  }};
};

/// What becomes of a run whose numbers are out of reach.
enum class DivergenceKind { stop, rollback };

template <>
struct WordTable<DivergenceKind> {
  static constexpr const char* setting = "on-divergence";
  static constexpr std::array<Word<DivergenceKind>, 2> table{{
      {DivergenceKind::stop, "stop"},
      {DivergenceKind::rollback, "rollback",
       "to the last good checkpoint, at half the rates, three times at most"},
  }};
};

/// One of the changes of DiffAugment; the setting is a list of them.
enum class AugmentKind { color, translation, cutout };

template <>
struct WordTable<AugmentKind> {
  static constexpr const char* setting = "augment";
  static constexpr std::array<Word<AugmentKind>, 3> table{{
      {AugmentKind::color, "color"},
      {AugmentKind::translation, "translation"},
      {AugmentKind::cutout, "cutout"},
  }};
};

}  // namespace vgan
