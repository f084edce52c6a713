// Patches of images and what is left to do to sums of them: the pieces that convolutions are made
// of where oneDNN does not do all of it.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cpu/team/thread_team.hpp"
#include "kernels/math/activation.hpp"
#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

/// patches [images * positions, patch_size], tight, of `large` [images, large_size]; one type. On
/// the calling thread.
void take_patches(const ConvGeometry& geometry, ConstMatrixRef large, void* patches);

/// large = the sum of `patches` [images * positions, patch_size], each number where it came from;
/// added in the order of positions. On the calling thread.
void add_patches(const ConvGeometry& geometry, const float* patches, std::int64_t images,
                 float* large);

/// What turns a task's sums into its y.
class ConvEpilogue {
 public:
  /// `bias_added`: the sums have it.
  ConvEpilogue(const ConvTask& task, math::Activation activation, float slope, bool bias_added);

  /// The sums are y: nothing is left to do.
  bool done() const;
  /// y of `images` rows from `first` on. `sums` [images, y's columns] are spoiled.
  void finish(float* sums, std::int64_t first, std::int64_t images) const;

 private:
  const ConvTask* task_;
  math::Activation activation_;
  float slope_;
  std::int64_t channels_;
  std::vector<float> bias_;  ///< ChannelRows::spread, or empty
};

}  // namespace vgan::cpu
