// What a network is made of: plain descriptions of layers, and of the tensors they need.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"

namespace vgan::nn {

/// `residual`: y = x + W2 dropout(silu(W1 layer_norm(x) + b1)) + b2 (a block of a pre-norm residual
/// network: R. Xiong et al., arXiv:2002.04745). `layer_norm`: y = layer_norm(x).
enum class LayerKind : std::uint8_t { dense, conv, transposed_conv, residual, layer_norm };

/// One layer: a product with a bias, or with batch normalisation in its place, then an activation.
struct LayerSpec {
  std::int64_t inputs = 0;   ///< numbers of a row
  std::int64_t outputs = 0;  ///< the same, without the statistic below
  Activation activation = Activation::identity;
  LayerKind kind = LayerKind::dense;
  ConvGeometry geometry;  ///< of a convolution; rows are NHWC
  /// Channels that batch normalisation works on, over rows and positions; 0: none, but a bias.
  std::int64_t normalised = 0;
  /// Products are with the weight, and with an embedding, over its largest singular value.
  bool spectral = false;
  /// Rows of a group whose minibatch standard deviation follows the outputs as one more; 0: none.
  /// Dense layers alone can have it: rows of images have no place for it.
  std::int64_t stddev_group = 0;
  /// Whether the outputs are what heads are made of (kernels/math/heads.hpp): of a last layer.
  bool heads = false;
  /// Whether a variance is kept beside each output: of a decoder's numbers (HeadsLossTask).
  bool keeps_variance = false;
  /// Length of the condition vector c of a projection discriminator (Miyato and Koyama 2018,
  /// arXiv:1802.05637), for a last dense layer with one output: to the logit of features phi comes
  /// <c E, phi>. 0: none.
  std::int64_t conditions = 0;
  std::int64_t hidden = 0;  ///< of a residual block: numbers of W1's output
  float dropout = 0.0F;     ///< of a residual block, in training: 0 to below 1
  bool zero_start = false;  ///< the weight of a dense layer is 0 at the start

  bool convolves() const { return kind == LayerKind::conv || kind == LayerKind::transposed_conv; }
  /// Columns of what the layer puts out.
  std::int64_t width() const { return outputs + (stddev_group > 0 ? 1 : 0); }
  std::int64_t weight_rows() const { return convolves() ? geometry.patch_size() : inputs; }
  std::int64_t weight_cols() const { return convolves() ? geometry.filters : outputs; }
  /// Numbers of a bias: the channels of a convolution's output.
  std::int64_t bias_size() const;
  /// Products that one number of the output is the sum of: what initial weights are scaled by.
  double fan_in() const;
  bool plain_dense() const {
    return kind == LayerKind::dense && !zero_start && normalised == 0 && !spectral &&
           stddev_group == 0 && conditions == 0 && !keeps_variance;
  }
};

/// Dense layers of the given widths: `widths` = {inputs, hidden..., outputs}; leaky ReLU between,
/// `last` at the end.
std::vector<LayerSpec> dense_stack(const std::vector<std::int64_t>& widths, Activation last);

/// Whether the fused operations of the seam can update such a network.
bool all_plain_dense(const std::vector<LayerSpec>& layers);
bool has_convolution(const std::vector<LayerSpec>& layers);
/// Whether rows must lie without padding: convolutions and batch normalisation see them as images.
bool wants_tight_rows(const std::vector<LayerSpec>& layers);

/// One tensor of a layer. Those that are not trained are statistics that the passes keep: they lie
/// among the weights, with gradients that stay zero, so that Adam leaves them and the average and
/// checkpoints take them along.
struct TensorSpec {
  std::string name;  ///< weight, bias, gamma, beta, mean, variance, u, v, embedding,
                     ///< error_variance; weight_in, bias_in, weight_out, bias_out of a residual
  std::vector<std::int64_t> shape;
  bool trained = true;

  std::int64_t size() const;
};

std::vector<TensorSpec> tensors_of(const LayerSpec& layer);

/// "100-256-784"; of convolutions, the images between: "100-7x7x128-14x14x64-28x28x1".
std::string layers_text(const std::vector<LayerSpec>& layers);

/// Trained numbers of all layers, without padding.
std::int64_t parameter_count(const std::vector<LayerSpec>& layers);
/// Multiplications of one row's way through all layers: each trained number once, those of a
/// convolution once for each position of its smaller image.
std::int64_t multiplication_count(const std::vector<LayerSpec>& layers);

}  // namespace vgan::nn
