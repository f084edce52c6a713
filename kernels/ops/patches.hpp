// What convolutions are made of where a library does not do all of them: patches as rows of a
// product, and back.
#pragma once

#include "kernels/math/activation.hpp"
#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// patches [n * positions, patch_size] of `large` [n, large_size], tight, of one float type; 0
/// outside.
struct PatchesTask {
  static constexpr const char* name = "patches";

  ConvGeometry geometry;
  ConstMatrixRef large;
  MatrixRef patches;
};

/// The rest of a transposed convolution: its y from the sums of `patches` [n * positions,
/// patch_size] = x w^T, tight, each number where its patch has it.
struct FoldPatchesTask {
  static constexpr const char* name = "fold_patches";

  MatrixView<const float> patches;
  ConvTask conv;
  math::Activation activation = math::Activation::identity;
  float slope = 0.2F;
};

}  // namespace vgan
