// A stack of dense layers over one parameter arena.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/backend.hpp"
#include "engine/nn/parameter_arena.hpp"

namespace vgan::nn {

struct DenseSpec {
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;
  Activation activation = Activation::identity;
};

/// Layers of the given widths: `widths` = {inputs, hidden..., outputs}; leaky ReLU between, `last`
/// at the end.
std::vector<DenseSpec> dense_stack(const std::vector<std::int64_t>& widths, Activation last);

/// Weights and biases of all layers, without padding.
std::int64_t parameter_count(const std::vector<DenseSpec>& layers);

/// What a forward pass leaves and a backward pass needs, planned once for `rows` rows.
struct Tape {
  std::vector<MatrixRef> outputs;  ///< of layer l: [rows, outputs_l]
  std::vector<MatrixRef> deltas;   ///< loss gradient before layer l's activation: [rows, outputs_l]

  /// The same tape for rows [first, first + count).
  Tape rows_from(std::int64_t first, std::int64_t count) const;
};

/// Owns a tape's memory.
class TapeStorage {
 public:
  /// `type` is the element type of outputs and deltas; the last layer's output is `last_type`.
  TapeStorage(Backend& backend, const std::vector<DenseSpec>& layers, std::int64_t rows,
              ElementType type, ElementType last_type, bool deltas, const std::string& what);
  const Tape& tape() const { return tape_; }
  static std::size_t bytes(const std::vector<DenseSpec>& layers, std::int64_t rows,
                           ElementType type, ElementType last_type, bool deltas);

 private:
  Buffer buffer_;
  Tape tape_;
};

/// What a backward pass shall leave behind.
struct BackwardOptions {
  bool weights = true;       ///< gradients in the arena
  MatrixRef input_gradient;  ///< [rows, inputs]; empty: not wanted
};

/// How a network's products are computed.
struct ProductOptions {
  bool tf32 = false;   ///< forward and backward passes may use it; gradient penalties never do
  bool fused = false;  ///< by the device's fused kernels where it has them
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
  Network(Backend& backend, std::vector<DenseSpec> layers, float slope, const ArenaOptions& options,
          const std::string& what, ProductOptions products = {});

  /// Bytes of device memory that such a network takes.
  static std::size_t bytes(const Backend& backend, const std::vector<DenseSpec>& layers,
                           const ArenaOptions& options);

  const std::vector<DenseSpec>& layers() const { return layers_; }
  std::int64_t inputs() const { return layers_.front().inputs; }
  std::int64_t outputs() const { return layers_.back().outputs; }
  const ParameterArena& arena() const { return arena_; }
  ElementType compute_type() const { return compute_type_; }

  /// Uniform in +-1/sqrt(inputs), weights and biases (He et al. 2015 with gain sqrt(1/3), the
  /// usual default for dense layers). Element e of network `id` is number id * 2^40 + e of the
  /// stream `initialise`.
  void initialise(Queue& queue, std::uint64_t seed, std::uint64_t id);
  /// Brings the shadow, and the EMA with `reset_average`, in line with the weights.
  void weights_changed(Queue& queue, bool reset_average);
  /// Brings packed copies of the weights in line with them: what an Adam step of the whole arena
  /// leaves to do (ParameterArena::adam).
  void pack_copies(Queue& queue);

  MatrixRef weight(std::size_t layer) const;  ///< f32 [inputs, outputs]
  VectorView<float> bias(std::size_t layer) const;
  ActivationOptions activation(std::size_t layer) const {
    return {layers_[layer].activation, slope_, products_.tf32, products_.fused};
  }

  /// Fills `tape.outputs` from x [rows, inputs] of the compute type.
  void forward(Queue& queue, ConstMatrixRef x, const Tape& tape);
  /// All but the last layer.
  void forward_hidden(Queue& queue, ConstMatrixRef x, const Tape& tape);
  /// `forward` with the last layer mapped to trials [rows, outputs], f32 or u8; `tape` needs the
  /// outputs of the layers before it only.
  void forward_trials(Queue& queue, ConstMatrixRef x, const Tape& tape, MatrixRef trials,
                      const OutputMap& map);
  /// Expects the gradient before the last activation in `tape.deltas.back()`.
  void backward(Queue& queue, ConstMatrixRef x, const Tape& tape, const BackwardOptions& options);

  /// The last layer of a network with one output, with its loss (Backend::logit_loss): from the
  /// last hidden layer's output it leaves the logits, their gradient, and the last hidden layer's
  /// delta. `update`: this layer's Adam step too.
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

  /// Second-order term of a gradient penalty, in f32, for nets that are piecewise linear.
  /// With delta_l = d(sum of logits)/d(pre-activation l) and v = d(sum of logits)/dx (rows x
  /// inputs), `input_gradient_of_sum` leaves delta in `deltas` and v in `v`; `tangent_gradient` is
  /// then d(sum_i <t_i, v_i>)/dW for a fixed t: the forward pass of the tangent t with the same
  /// masks, W gradient = tangent_{l-1}^T delta_l, or added with `accumulate`. Biases have none.
  /// Masks are read from `outputs` of a forward pass at the same weights.
  void input_gradient_of_sum(Queue& queue, const Tape& outputs, const Tape& scratch, MatrixRef v);
  void tangent_gradient(Queue& queue, const Tape& outputs, const Tape& scratch, ConstMatrixRef t,
                        bool accumulate);

 private:
  ActivationOptions exact_activation(std::size_t layer) const {
    return {layers_[layer].activation, slope_};
  }
  MatrixRef weight_copy(std::size_t layer) const;
  ConstMatrixRef compute_weight(std::size_t layer) const;
  MatrixRef weight_gradient(std::size_t layer) const;
  VectorView<float> bias_gradient(std::size_t layer) const;
  ConstMatrixRef below(std::size_t layer, ConstMatrixRef x, const Tape& tape) const {
    return layer == 0 ? x : ConstMatrixRef(tape.outputs[layer - 1]);
  }
  InputGradientTask input_gradient_task(std::size_t layer, const Tape& tape) const;
  DenseUpdateTask update_task(std::size_t layer, ConstMatrixRef x, const Tape& tape,
                              bool accumulate) const;

  Backend* backend_;
  std::vector<DenseSpec> layers_;
  float slope_;
  ElementType compute_type_;
  ProductOptions products_;
  ParameterArena arena_;
};

}  // namespace vgan::nn
