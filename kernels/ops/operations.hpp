// The operations that each kind of kernel has, each by the task that it is asked to do. From this
// list the kernels (kernels/cpu/operations.hpp, kernels/cuda/operations.hpp) and the seam
// (engine/device/backend.hpp) take their declarations: an operation is its task with its equation
// in a header of this folder, a source of the same stem in kernels/cpu and in kernels/cuda, a line
// here, and a check in engine/device. Products, which keep memory and plans, are not among them.
#pragma once

#include "kernels/ops/activation.hpp"
#include "kernels/ops/adam.hpp"
#include "kernels/ops/add.hpp"
#include "kernels/ops/augment.hpp"
#include "kernels/ops/batch_norm.hpp"
#include "kernels/ops/cell_loss.hpp"
#include "kernels/ops/cells.hpp"
#include "kernels/ops/convert.hpp"
#include "kernels/ops/finite.hpp"
#include "kernels/ops/gan_loss.hpp"
#include "kernels/ops/gather.hpp"
#include "kernels/ops/gradient_norm.hpp"
#include "kernels/ops/gradient_penalty.hpp"
#include "kernels/ops/heads.hpp"
#include "kernels/ops/latent.hpp"
#include "kernels/ops/layer_norm.hpp"
#include "kernels/ops/minibatch_stddev.hpp"
#include "kernels/ops/neighbours.hpp"
#include "kernels/ops/noise.hpp"
#include "kernels/ops/pair_kernel.hpp"
#include "kernels/ops/patches.hpp"
#include "kernels/ops/reconstruction.hpp"
#include "kernels/ops/rows.hpp"
#include "kernels/ops/silu.hpp"
#include "kernels/ops/spectral.hpp"
#include "kernels/ops/step_state.hpp"

/// Expands `declare(Task)` for each.
// clang-format off
#define VGAN_OPERATIONS(declare)       \
  declare(GanLossTask)                 \
  declare(GradientPenaltyTask)         \
  declare(AdamTask)                    \
  declare(AdvanceTask)                 \
  declare(ActivationBackwardTask)      \
  declare(GatherTask)                  \
  declare(NormalTask)                  \
  declare(NormalMixtureTask)           \
  declare(AddNormalTask)               \
  declare(InterpolateTask)             \
  declare(UniformTask)                 \
  declare(ConvertTask)                 \
  declare(FillTask)                    \
  declare(MapTrialsTask)               \
  declare(SpectralTask)                \
  declare(SpectralGradientTask)        \
  declare(MinibatchStddevTask)         \
  declare(MinibatchStddevBackwardTask) \
  declare(AugmentTask)                 \
  declare(RowDotsTask)                 \
  declare(ScaleRowsTask)               \
  declare(ReparameteriseTask)          \
  declare(LatentLossTask)              \
  declare(ReconstructionTask)          \
  declare(HeadsTask)                   \
  declare(HeadsBackwardTask)           \
  declare(HeadsLossTask)               \
  declare(ChannelSumsTask)             \
  declare(BatchNormTask)               \
  declare(BatchNormBackwardTask)       \
  declare(LayerNormTask)               \
  declare(LayerNormBackwardTask)       \
  declare(SiluTask)                    \
  declare(AddTask)                     \
  declare(MultiplyTask)                \
  declare(GradientNormTask)            \
  declare(FirstNonfiniteTask)          \
  declare(CellBatchTask)               \
  declare(CellFeaturesTask)            \
  declare(EmbedCellsTask)              \
  declare(CellLossTask)                \
  declare(CellSharesTask)              \
  declare(DrawCellTask)                \
  declare(PatchesTask)                 \
  declare(FoldPatchesTask)             \
  declare(NearestRowsTask)             \
  declare(CountBallsTask)              \
  declare(PairKernelTask)
// clang-format on
