// One-threaded oneDNN convolutions, made once for each shape and shared by the slices.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/ops/conv.hpp"
#include "kernels/view.hpp"

namespace vgan::cpu {

enum class ConvPass : std::uint8_t { forward, input_gradient, weight_gradient };

struct DirectConvShape {
  ConvPass pass = ConvPass::forward;
  ConvGeometry geometry;
  std::int64_t images = 0;
  std::int64_t w_stride = 0;  ///< of the weight read, or of the gradient written
  ElementType input = ElementType::f32;
  ElementType output = ElementType::f32;  ///< of images; weight gradients are f32
  bool bias = false;                      ///< forward alone, as the next
  bool leaky = false;
  float slope = 0.0F;

  auto operator<=>(const DirectConvShape&) const = default;
};

/// A compiled convolution. The members of a team may run it at once, each under its own number.
/// Forward takes large images to small ones (+ bias, leaky ReLU), the input gradient small ones to
/// large ones, both with the weights brought last.
class DirectConv {
 public:
  virtual ~DirectConv() = default;
  /// Brings w into the order of the code. In a loop of the team, by one member.
  virtual void bring_weights(const void* w) = 0;
  virtual void run(int member, const void* from, const float* bias, void* to) = 0;
  /// dw = the sum over the images.
  virtual void weight_gradient(int member, const void* large, const void* small, float* dw) = 0;
};

class DirectConvCache {
 public:
  explicit DirectConvCache(int members);
  ~DirectConvCache();
  /// The convolution for `shape`, made at the first call; null where oneDNN has no vector code for
  /// it. Not to be called inside a parallel loop. Throws LibraryError where oneDNN fails otherwise.
  DirectConv* find(const DirectConvShape& shape);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vgan::cpu
