// A stack of layers over one parameter arena.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/device/backend.hpp"
#include "engine/nn/layer.hpp"
#include "engine/nn/parameter_arena.hpp"
#include "engine/nn/tape.hpp"

namespace vgan::nn {

/// What a backward pass shall leave behind.
struct BackwardOptions {
  bool weights = true;       ///< gradients in the arena
  MatrixRef input_gradient;  ///< [rows, inputs]; empty: not wanted
  bool after_head = false;   ///< the last layer's part is done already, by Network::cell_head
};

/// How a network's products are computed.
struct ComputeOptions {
  bool tf32 = false;   ///< forward and backward passes may use it; gradient penalties never do
  bool fused = false;  ///< by the device's fused kernels where it has them
  bool bf16 = false;   ///< as tf32, of operands rounded to bf16; a network in f32 alone
};

/// A backward pass that moves each layer's weights as soon as nothing needs the old ones.
struct UpdateOptions {
  AdamOptions adam;
  StepState* state = nullptr;
  bool accumulate = false;        ///< add what is in the weights' gradients, as a penalty leaves it
  bool after_logit_loss = false;  ///< the last hidden layer's delta is there already
  bool top_is_done = false;       ///< and so is the last layer's update
};

class Network {
 public:
  Network(Backend& backend, std::vector<LayerSpec> layers, float slope, const ArenaOptions& options,
          const std::string& what, ComputeOptions products = {});

  /// Bytes of device memory that such a network takes.
  static std::size_t bytes(const Backend& backend, const std::vector<LayerSpec>& layers,
                           const ArenaOptions& options);

  const std::vector<LayerSpec>& layers() const { return layers_; }
  std::int64_t inputs() const { return layers_.front().inputs; }
  std::int64_t outputs() const { return layers_.back().outputs; }
  const ParameterArena& arena() const { return arena_; }
  ElementType compute_type() const { return compute_type_; }
  /// All memory that a step moves, for who saves it and puts it back as it was.
  std::array<const Buffer*, 2> memory() const { return {&arena_.memory(), &spectral_}; }

  /// Weights and biases uniform in +-1/sqrt(fan-in) (He et al. 2015 with gain sqrt(1/3), the usual
  /// default); gamma 1, beta 0, running mean 0 and
  /// variance 1; singular vectors by 15 power iterations from a uniform start. Element e of network
  /// `id` is number id * 2^40 + e of the stream `initialise`.
  void initialise(Queue& queue, std::uint64_t seed, std::uint64_t id);
  /// Brings all copies of the weights, and the EMA with `reset_average`, in line with them.
  void weights_changed(Queue& queue, bool reset_average);
  /// Takes all weights from `weights` in device memory, laid out as the arena's, and brings the
  /// copies in line. Throws internal where there are more or fewer.
  void take_weights(Queue& queue, VectorView<const float> weights);
  /// What an Adam step of the whole arena leaves to do (ParameterArena::adam): a power iteration of
  /// spectral layers, then the packed copies.
  void weights_moved(Queue& queue);
  /// After all that leaves gradients in the arena: turns those in spectral layers' normalised
  /// weights into those in the weights.
  void finish_gradients(Queue& queue);

  MatrixRef weight(std::size_t layer) const;  ///< f32 [inputs, outputs], or [patch, filters]
  VectorView<float> bias(std::size_t layer) const;
  /// Any tensor of a layer by its name; empty where there is none.
  VectorView<float> tensor(std::size_t layer, const std::string& name) const;
  /// Place of the tensor in the arena; `tensors_of(layers()[layer])` has the names.
  std::size_t tensor_index(std::size_t layer, std::size_t tensor) const {
    return first_tensor_[layer] + tensor;
  }
  ActivationOptions activation(std::size_t layer) const {
    return {layers_[layer].activation, slope_};
  }

  /// Fills `tape.outputs` from x [rows, inputs] of the compute type. A network that trains
  /// normalises by the batch and moves the running statistics; one that does not uses these.
  void forward(Queue& queue, ConstMatrixRef x, const Tape& tape);
  /// `forward` in f32 from x in f32, with products in f32 whatever the network computes in.
  void forward_exact(Queue& queue, ConstMatrixRef x, const Tape& tape);
  /// Layers [first, end) alone, from x, the input of layer `first`.
  void forward_between(Queue& queue, std::size_t first, std::size_t end, ConstMatrixRef x,
                       const Tape& tape);
  /// All but the last layer.
  void forward_hidden(Queue& queue, ConstMatrixRef x, const Tape& tape);
  /// `forward` with the last layer mapped to trials [rows, outputs], f32 or u8; `tape` needs the
  /// outputs of the layers before it only, and where the last is a convolution, its own in f32.
  void forward_trials(Queue& queue, ConstMatrixRef x, const Tape& tape, MatrixRef trials,
                      const OutputMap& map);
  /// Expects the gradient before the last activation in `tape.deltas.back()`.
  void backward(Queue& queue, ConstMatrixRef x, const Tape& tape, const BackwardOptions& options);

  /// The last layer, a dense one without activation below or behind it, with the loss of its
  /// cells: after forward_hidden it leaves its gradients and the delta of the layer below.
  void cell_head(Queue& queue, const CellLossTask& loss, const Tape& tape);

  /// The last layer of a network with one output, with its loss (Backend::logit_loss): from the
  /// last hidden layer's output it leaves the logits, their gradient, and the last hidden layer's
  /// delta. `update`: this layer's Adam step too. This and the next two are for plain dense layers.
  void logit_loss(Queue& queue, const Tape& tape, const LogitLossSide& first,
                  const LogitLossSide& second, const UpdateOptions* update);
  /// Expects deltas of the last layer and, after `logit_loss`, of the last hidden one. Each layer's
  /// input gradient is taken at the old weights.
  void backward_and_update(Queue& queue, ConstMatrixRef x, const Tape& tape,
                           const UpdateOptions& options);
  /// After `logit_loss`: from the last hidden layer's delta to input_gradient = d/dx *
  /// activation'(x), where x is an output of `activation`.
  void backward_to_input(Queue& queue, const Tape& tape, ConstMatrixRef x,
                         const ActivationOptions& activation, MatrixRef input_gradient);

  /// Second-order term of a gradient penalty, in f32, for nets that are piecewise linear: a
  /// minibatch statistic counts as a constant, and there is no batch normalisation.
  /// With delta_l = d(sum of logits)/d(pre-activation l) and v = d(sum of logits)/dx (rows x
  /// inputs), `input_gradient_of_sum` leaves delta in `deltas` and v in `v`; `tangent_gradient` is
  /// then d(sum_i <t_i, v_i>)/dW for a fixed t: the forward pass of the tangent t with the same
  /// masks, W gradient = tangent_{l-1}^T delta_l, or added with `accumulate`. Biases have none.
  /// Masks are read from `outputs` of a forward pass at the same weights.
  void input_gradient_of_sum(Queue& queue, const Tape& outputs, const Tape& scratch, MatrixRef v);
  void tangent_gradient(Queue& queue, const Tape& outputs, const Tape& scratch, ConstMatrixRef t,
                        bool accumulate);

 private:
  /// How a pass multiplies: as the network computes, or in f32.
  enum class Products : std::uint8_t { own, exact };

  /// How the layer's own product and activation are computed.
  ForwardOptions forward_options(std::size_t layer, Products products) const;
  ConstMatrixRef factor(std::size_t layer, Products products) const;
  ConstMatrixRef embedding(Products products) const;
  MatrixRef as_weight(std::size_t layer, const float* section) const;
  MatrixRef weight_copy(std::size_t layer, std::size_t tensor) const;
  MatrixRef weight_gradient(std::size_t layer) const;
  VectorView<float> gradient(std::size_t layer, const std::string& name) const;
  MatrixView<float> embedding_gradient() const;
  /// One task for each weight of a spectral layer, and for an embedding beside one, in the order of
  /// sigmas.
  std::vector<SpectralTask> spectral_tasks(bool iterate) const;
  void refresh_spectral(Queue& queue, bool iterate);
  void pack_copies(Queue& queue);

  MatrixRef own_columns(std::size_t layer, MatrixRef wide) const {
    return wide.block(0, wide.rows, 0, layers_[layer].outputs);
  }
  ConstMatrixRef below(std::size_t layer, ConstMatrixRef x, const Tape& tape) const {
    return layer == 0 ? x : ConstMatrixRef(tape.outputs[layer - 1]);
  }
  void forward_layer(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape,
                     Products products);
  void product(Queue& queue, std::size_t layer, ConstMatrixRef x, MatrixRef y,
               const ForwardOptions& options, Products products);
  void normalise(Queue& queue, std::size_t layer, const Tape& tape, MatrixRef y);
  void backward_normalisation(Queue& queue, std::size_t layer, const Tape& tape);
  void forward_residual(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape);
  void forward_layer_norm(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape);
  /// From layer's delta to that of the layer below it, whose output is `x`.
  void backward_residual(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape,
                         bool weights);
  void backward_layer_norm(Queue& queue, std::size_t layer, ConstMatrixRef x,
                           MatrixView<const float> dy, MatrixView<const float> residual,
                           const Tape& tape, bool weights);
  MatrixRef matrix(std::size_t layer, const std::string& name) const;
  MatrixView<float> matrix_gradient(std::size_t layer, const std::string& name) const;
  void weight_gradients(Queue& queue, std::size_t layer, ConstMatrixRef x, const Tape& tape);
  /// dx = (dy W^T) * activation'(at) for layer `layer`; an empty `at`: no mask.
  void input_gradient(Queue& queue, std::size_t layer, ConstMatrixRef dy, ConstMatrixRef at,
                      MatrixRef dx, Products products);
  /// Adds the projection's share to the features' delta, and its gradient to the arena.
  void backward_projection(Queue& queue, ConstMatrixRef features, const Tape& tape, bool weights);
  void tangent_layer(Queue& queue, std::size_t layer, ConstMatrixRef t, const Tape& outputs,
                     const Tape& scratch);
  InputGradientTask input_gradient_task(std::size_t layer, const Tape& tape) const;
  DenseUpdateTask update_task(std::size_t layer, ConstMatrixRef x, const Tape& tape,
                              bool accumulate) const;
  ProductOptions options_below(std::size_t layer, ConstMatrixRef at, Products products) const;

  Backend* backend_;
  std::vector<LayerSpec> layers_;
  float slope_;
  bool training_;
  ElementType compute_type_;
  ComputeOptions products_;
  std::vector<std::size_t> first_tensor_;  ///< of each layer, in the arena
  ParameterArena arena_;
  /// The normalised weights of spectral layers, laid out as the arena's, then sigma for each layer
  /// and for an embedding.
  Buffer spectral_;
};

}  // namespace vgan::nn
