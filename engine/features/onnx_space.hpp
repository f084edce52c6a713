// The feature space of a network that the user brings as .onnx.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/features/feature_space.hpp"
#include "engine/features/onnx_session.hpp"

namespace vgan {

/// How trials are put into the network's input.
struct OnnxInput {
  enum class Order { flat, channels_first, channels_last };

  Order order = Order::flat;
  std::int64_t batch = 0;                            ///< trials at a time; 0: any number
  std::int64_t height = 0, width = 0, channels = 0;  ///< of an image there

  /// By the input's shape, in which -1 stands for any extent. Throws bad_data, naming `file`, where
  /// trials of this shape do not fit.
  static OnnxInput of(const std::vector<std::int64_t>& shape, const TrialShape& trial,
                      const std::string& file);
};

/// An image [height, width, channels] in another size, bilinearly, with the centres of corner
/// pixels half a pixel from the edge and the edge's pixels repeated beyond: nothing is smoothed
/// first where the image becomes smaller. One channel becomes several equal ones.
std::vector<float> resized(const std::vector<float>& image, const TrialShape& from,
                           const OnnxInput& to);

/// Features are the last output, all its numbers of a trial in a row, as they are. Images are given
/// as the network's input says, N x C x H x W or N x H x W x C, from 0 to 1 (bytes over 255, other
/// numbers by the training trials' range), resized where their size is fixed, grey ones with their
/// channel repeated where the network wants three. An input of two dimensions takes trials of any
/// kind, number after number. Whatever else its makers did to images (a mean, a range to -1) must
/// be part of the network. A Frechet distance in this space is FID where the network is Inception's
/// with the weights and the resizing of those who defined it, and is called so by nobody else.
class OnnxSpace final : public FeatureSpace {
 public:
  /// `file`: the network. Throws as onnx::OpenSession and OnnxInput::of.
  OnnxSpace(const std::string& file, const Trials& training, std::int64_t threads);

  std::int64_t size() const override { return size_; }
  std::string name() const override;
  std::string text() const override;
  Features features(const TrialRows& trials) const override;
  std::optional<std::vector<std::int32_t>> labels_of(const TrialRows&) const override {
    return std::nullopt;
  }
  std::optional<double> labels_right() const override { return std::nullopt; }
  const std::vector<std::string>& notes() const override { return notes_; }

 private:
  void put(const TrialRows& trials, std::int64_t row, float* values) const;
  onnx::Tensor run(const TrialRows& trials, std::int64_t first, std::int64_t count) const;

  std::string file_;
  onnx::OpenSession session_;
  TrialShape shape_;
  float low_ = 0.0F, range_ = 1.0F;  ///< of numbers that are no bytes
  OnnxInput input_;
  std::int64_t size_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace vgan
