// What DiffAugment is asked to do.
#pragma once

#include <cstdint>

#include "kernels/ops/random_stream.hpp"
#include "kernels/view.hpp"

namespace vgan {

/// DiffAugment (Zhao et al. 2020, arXiv:2006.10738): one random change for each image, a pure
/// function of (seed, purpose, step, row), affine in the pixels. In this order, each where its flag
/// is set:
///   colour: brightness + U(-1/2, 1/2); saturation about the mean over channels by U(0, 2), where
///     there is more than one channel; contrast about the image's mean by U(1/2, 3/2);
///   translation by whole pixels, uniform in +-round(side / 8) each way, zeros from outside;
///   cutout of a square of round(side / 2) at a uniform centre, to zeros.
/// A gradient (`adjoint`) goes through the transpose of the linear part. kernels/math/augment.hpp
/// says which numbers each row takes; the stream's `first` is 8 times the first row's.
struct AugmentTask {
  static constexpr const char* name = "augment";

  ConstMatrixRef in;  ///< [n, height * width * channels], NHWC
  MatrixRef out;      ///< may not be `in`
  std::int64_t height = 1, width = 1, channels = 1;
  bool colour = false, translation = false, cutout = false;
  bool adjoint = false;
  RandomStream stream;
};

}  // namespace vgan
