#include "kernels/cuda/products/convolution_plan.hpp"

#include <algorithm>
#include <array>

namespace vgan::cuda {
namespace {

// Codes of one kind share their thousand. Arguments that were checked before and are still bad are
// shapes that cuDNN does not take. Kernels that it cannot compile are no more than not offered.
bool is_refusal(cudnnStatus_t code) {
  const int kind = static_cast<int>(code) / 1000 * 1000;
  return kind == CUDNN_STATUS_NOT_SUPPORTED || kind == CUDNN_STATUS_BAD_PARAM ||
         code == CUDNN_STATUS_INTERNAL_ERROR_COMPILATION_FAILED;
}

bool is_forbidden(cudnnBackendNumericalNote_t note, const ConvolutionShape& shape) {
  switch (note) {
    case CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC: return true;
    // The sums of the tolerances that the tests hold are plain ones, of the operands as they are.
    case CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS:
    case CUDNN_NUMERICAL_NOTE_REDUCED_PRECISION_REDUCTION:
    case CUDNN_NUMERICAL_NOTE_FFT:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_4x4:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_6x6:
    case CUDNN_NUMERICAL_NOTE_WINOGRAD_TILE_13x13: return true;
    case CUDNN_NUMERICAL_NOTE_TENSOR_CORE: return !shape.tensor_cores;  // f32 would be tf32
    default: return false;
  }
}

}  // namespace

ConvolutionPlans::~ConvolutionPlans() {
  plans_.clear();
  if (handle_ != nullptr) library_.cudnnDestroy(handle_);
}

ConvolutionStatus ConvolutionPlans::status_of(const CudnnFailure& failure) const {
  if (!failure) return {};
  if (is_refusal(failure.code)) return {.refused = true};
  const bool memory = failure.code == CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED ||
                      failure.code == CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  return {.call = failure.call,
          .text = library_.cudnnGetErrorString(failure.code),
          .code = static_cast<int>(failure.code),
          .out_of_memory = memory};
}

ConvolutionStatus ConvolutionPlans::open() {
  if (!is_loaded_) {
    is_loaded_ = true;
    is_usable_ = load(library_).usable();
    if (is_usable_) (void)open_compiler(library_);  // without, nothing is fused
  }
  if (!is_usable_) return {.refused = true};
  if (handle_ != nullptr) return {};
  return status_of({library_.cudnnCreate(&handle_), "cudnnCreate"});
}

bool ConvolutionPlans::is_fit(CudnnDescriptor& configuration, const ConvolutionShape& shape) const {
  std::vector<CudnnDescriptor> engine;
  engine.emplace_back(library_, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
  configuration.get_descriptors(CUDNN_ATTR_ENGINECFG_ENGINE, engine);
  std::array<cudnnBackendNumericalNote_t, 32> notes{};
  const std::int64_t count = engine.front().get(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                                                std::span<cudnnBackendNumericalNote_t>(notes));
  if (configuration.failure() || engine.front().failure()) return false;
  const auto known = std::min<std::size_t>(static_cast<std::size_t>(count), notes.size());
  return std::none_of(notes.begin(), notes.begin() + static_cast<std::ptrdiff_t>(known),
                      [&](cudnnBackendNumericalNote_t note) { return is_forbidden(note, shape); });
}

// Takes the first configuration, of those that the heuristics put in the order of their speed, that
// is fit and whose plan can be made in the workspace: a shape's plan depends on cuDNN's version and
// the device alone.
ConvolutionStatus ConvolutionPlans::pick(const ConvolutionShape& shape, cudnnBackendHeurMode_t mode,
                                         std::size_t workspace_bytes, ConvolutionPlan& plan) const {
  CudnnDescriptor heuristics(library_, CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, plan.graph->descriptor());
  heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
  heuristics.finalize();
  std::vector<CudnnDescriptor> offered;
  const std::int64_t count = heuristics.get_descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, offered);
  for (std::int64_t i = 0; i < count; ++i) {
    offered.emplace_back(library_, CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
  }
  const std::int64_t found = heuristics.get_descriptors(CUDNN_ATTR_ENGINEHEUR_RESULTS, offered);
  if (heuristics.failure()) return status_of(heuristics.failure());
  for (std::int64_t i = 0; i < std::min(count, found); ++i) {
    CudnnDescriptor& configuration = offered[static_cast<std::size_t>(i)];
    if (!is_fit(configuration, shape)) continue;
    CudnnDescriptor made(library_, CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    made.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, handle_);
    made.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, configuration);
    made.finalize();
    std::int64_t bytes = 0;
    made.get(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, std::span<std::int64_t>(&bytes, 1));
    const ConvolutionStatus status = status_of(made.failure());
    if (status.call != nullptr) return status;
    if (status.refused || static_cast<std::size_t>(bytes) > workspace_bytes) continue;
    plan.parts.push_back(std::move(configuration));
    plan.parts.push_back(std::move(made));
    plan.workspace_bytes = static_cast<std::size_t>(bytes);
    plan.refused = false;
    break;
  }
  return {};
}

ConvolutionStatus ConvolutionPlans::make(const ConvolutionShape& shape, std::size_t workspace_bytes,
                                         ConvolutionPlan& plan) const {
  plan.graph = std::make_unique<ConvolutionGraph>(library_, handle_, shape);
  ConvolutionStatus status = status_of(plan.graph->descriptor().failure());
  // What is offered in the last resort is correct and slow; a fused pass of that kind would lose to
  // a fast convolution and a kernel after it.
  for (const cudnnBackendHeurMode_t mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
    const bool last_resort = mode == CUDNN_HEUR_MODE_FALLBACK;
    if (status.call != nullptr || !plan.refused || (last_resort && shape.epilogue)) break;
    status = pick(shape, mode, workspace_bytes, plan);
  }
  return status.call == nullptr ? ConvolutionStatus{} : status;
}

ConvolutionStatus ConvolutionPlans::find(const ConvolutionShape& shape, std::size_t workspace_bytes,
                                         ConvolutionPlan*& found) {
  if (!is_shape_of_cudnn(shape)) return {.refused = true};
  if (const ConvolutionStatus status = open(); status.refused || status.call != nullptr) {
    return status;
  }
  auto place = plans_.find(shape);
  if (place == plans_.end()) {
    auto made = std::make_unique<ConvolutionPlan>();
    const ConvolutionStatus status = make(shape, workspace_bytes, *made);
    if (status.call != nullptr) return status;
    place = plans_.emplace(shape, std::move(made)).first;
  }
  found = place->second.get();
  return {.refused = found->refused};
}

ConvolutionStatus ConvolutionPlans::run(const ConvolutionPlan& plan, cudaStream_t stream,
                                        const MatmulWorkspace& workspace,
                                        const std::vector<ConvolutionOperand>& operands) {
  std::vector<std::int64_t> names;
  std::vector<void*> data;
  for (const ConvolutionOperand& each : operands) {
    names.push_back(static_cast<std::int64_t>(each.name));
    data.push_back(const_cast<void*>(each.data));
  }
  CudnnDescriptor pack(library_, CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
  pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, std::span<const std::int64_t>(names));
  pack.set_pointers(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, data);
  pack.set_pointers(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, {&workspace.data, 1});
  pack.finalize();
  if (pack.failure()) return status_of(pack.failure());
  if (const cudnnStatus_t code = library_.cudnnSetStream(handle_, stream)) {
    return status_of({code, "cudnnSetStream"});
  }
  return status_of({library_.cudnnBackendExecute(handle_, plan.parts.back().get(), pack.get()),
                    "cudnnBackendExecute"});
}

}  // namespace vgan::cuda
