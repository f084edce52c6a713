// cuDNN's graph API: engines for a convolution and what follows it, and plans that run one. What
// graphs there are and what they compute is in cudnn_graph.cpp.
#include "tests/simt/include/cudnn.h"

#include <algorithm>
#include <functional>
#include <string>

#include "tests/simt/control.hpp"
#include "tests/simt/cudnn_graph.hpp"
#include "tests/simt/memory.hpp"
#include "tests/simt/runtime.hpp"

struct cudnnContext {
  cudaStream_t stream = nullptr;
};

namespace {

using namespace simt;
using namespace simt::dnn;

constexpr std::size_t scratch_bytes = 4096;
constexpr std::size_t too_many_bytes = std::size_t{1} << 40;

// Some of them trouble, in the order in which they are offered: one that adds in the order of
// arrival, one that wants more memory than there is, one that does not add plain products; then
// sound ones. f32 goes through the tensor cores, as tf32, or not; bf16 always does. With operations
// after the convolution the kernel is compiled, which takes a compiler, and of f32 without tensor
// cores there is one in the last resort alone.
std::vector<Engine> engines_for(const Graph& graph, cudnnBackendHeurMode_t mode) {
  constexpr auto tensor_core = CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
  const bool fused = !graph.after.empty();
  const bool wide = graph.convolution.filter.type == CUDNN_DATA_FLOAT &&
                    graph.convolution.large.type == CUDNN_DATA_FLOAT;
  std::vector<Engine> engines;
  if (mode == CUDNN_HEUR_MODE_FALLBACK) {
    if (wide) engines.push_back({{CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP}, scratch_bytes, fused});
  } else {
    engines = {{{CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC, tensor_core}, 0, fused},
               {{tensor_core}, too_many_bytes, fused},
               {{tensor_core, CUDNN_NUMERICAL_NOTE_WINOGRAD}, 0, fused},
               {{tensor_core}, scratch_bytes, fused}};
    if (wide && !fused) {
      engines.push_back({{CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC}, 0, false});
      engines.push_back({{}, scratch_bytes, false});
    }
  }
  if (fused && is_broken("libnvrtc.so.13")) engines.clear();
  return engines;
}

// An injected or sticky CUDA error reaches the caller as cuDNN's own.
// `makes`: what a capture forbids, a plan or a handle.
cudnnStatus_t library_call(const char* name, const std::function<cudnnStatus_t()>& body,
                           bool makes = false) {
  cudnnStatus_t status = CUDNN_STATUS_SUCCESS;
  const cudaError_t error = api(name, [&] {
    const cudaError_t refused = makes ? refuse_making_in_capture() : cudaSuccess;
    if (refused == cudaSuccess) status = body();
    return refused;
  });
  if (status != CUDNN_STATUS_SUCCESS || error == cudaSuccess) return status;
  if (error == cudaErrorMemoryAllocation) {
    return CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED;
  }
  if (error == cudaErrorNotSupported) return CUDNN_STATUS_NOT_SUPPORTED;
  const bool unusable = error == cudaErrorNoDevice || error == cudaErrorInsufficientDriver;
  return unusable ? CUDNN_STATUS_NOT_INITIALIZED : CUDNN_STATUS_EXECUTION_FAILED;
}

cudnnStatus_t finalize_heuristics(Descriptor& heuristics) {
  heuristics.graph = heuristics.descriptor(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH);
  Graph graph;
  const cudnnStatus_t status = read_graph(*heuristics.graph, graph);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  heuristics.engines =
      engines_for(graph, heuristics.value<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE));
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t finalize(Descriptor& descriptor) {
  cudnnStatus_t status = check_complete(descriptor);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  switch (descriptor.type) {
    case CUDNN_BACKEND_TENSOR_DESCRIPTOR: {
      const Attribute& extents = descriptor.attributes.at(CUDNN_ATTR_TENSOR_DIMENSIONS);
      if (extents.count != 4 ||
          descriptor.attributes.at(CUDNN_ATTR_TENSOR_STRIDES).count != extents.count) {
        return CUDNN_STATUS_NOT_SUPPORTED;
      }
      for (std::size_t i = 0; i < 4; ++i) {
        if (descriptor.value<std::int64_t>(CUDNN_ATTR_TENSOR_DIMENSIONS, i) < 1) {
          return CUDNN_STATUS_BAD_PARAM;
        }
      }
      break;
    }
    case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
      if (descriptor.value<cudnnDataType_t>(CUDNN_ATTR_CONVOLUTION_COMP_TYPE) != CUDNN_DATA_FLOAT ||
          descriptor.value<cudnnConvolutionMode_t>(CUDNN_ATTR_CONVOLUTION_CONV_MODE) !=
              CUDNN_CROSS_CORRELATION) {
        return CUDNN_STATUS_NOT_SUPPORTED;
      }
      break;
    case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR: status = finalize_heuristics(descriptor); break;
    case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR: {
      const DescriptorRef& from = descriptor.descriptor(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG);
      descriptor.engines = from->engines;
      descriptor.graph = from->graph;
      break;
    }
    default: status = check_operation(descriptor);
  }
  descriptor.finalized = status == CUDNN_STATUS_SUCCESS;
  return status;
}

// Fills descriptors that the caller made.
cudnnStatus_t give_engines(const Descriptor& from, std::int64_t wanted, std::int64_t* count,
                           cudnnBackendDescriptor_t* to) {
  *count = static_cast<std::int64_t>(from.engines.size());
  if (wanted == 0) return CUDNN_STATUS_SUCCESS;
  *count = std::min(*count, wanted);
  for (std::size_t i = 0; i < static_cast<std::size_t>(*count); ++i) {
    Descriptor& filled = *ref(to[i]);
    filled.engines = {from.engines[i]};
    filled.graph = from.graph;
    filled.finalized = true;
  }
  return CUDNN_STATUS_SUCCESS;
}

template <class T>
cudnnStatus_t give(const std::vector<T>& values, std::int64_t wanted, std::int64_t* count, T* to) {
  *count = static_cast<std::int64_t>(values.size());
  const auto copied = static_cast<std::size_t>(std::min(*count, wanted));
  std::copy_n(values.begin(), copied, to);
  return CUDNN_STATUS_SUCCESS;
}

std::string name_of(const Graph& graph, const Tensor& tensor) {
  const Convolution& v = graph.convolution;
  if (tensor.id == v.large.id) return "the large images";
  if (tensor.id == v.filter.id) return "the filter";
  const bool is_bias = !graph.after.empty() && tensor.id == graph.after.front().bias.id;
  return is_bias ? "the bias" : "the small images";
}

bool operands_are_sound(const Graph& graph, const Places& places, const Scratch& workspace) {
  const auto sound = [](const std::string& name, const void* data, std::size_t bytes) {
    const std::string problem = device_range_problem(data, bytes);
    if (problem.empty()) return true;
    record_finding("cudnnBackendExecute: " + name + " " + problem, cudaErrorIllegalAddress);
    return false;
  };
  for (const Tensor& each : graph.stored()) {
    if (!sound(name_of(graph, each), places.at(each.id), each.bytes())) return false;
  }
  return workspace.bytes == 0 || sound("the workspace", workspace.base, workspace.bytes);
}

bool is_sound_choice(const Engine& engine) {
  const bool sound = !engine.has(CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC) &&
                     !engine.has(CUDNN_NUMERICAL_NOTE_WINOGRAD) &&
                     engine.workspace != too_many_bytes;
  if (!sound) {
    record_finding(
        "cudnnBackendExecute: an engine that is not deterministic, wants more memory than there "
        "is, or does not add plain products");
  }
  return sound;
}

// The pack's pointers by their tensors' ids; BAD_PARAM where one is missing.
cudnnStatus_t places_of(const Descriptor& pack, const Graph& graph, Places& places) {
  const auto count = pack.attributes.at(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS).count;
  if (pack.attributes.at(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS).count != count) {
    return CUDNN_STATUS_BAD_PARAM;
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    places[pack.value<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, i)] =
        pack.value<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, i);
  }
  for (const Tensor& each : graph.stored()) {
    if (!places.contains(each.id)) return CUDNN_STATUS_BAD_PARAM;
    const auto address = reinterpret_cast<std::uintptr_t>(places.at(each.id));
    if (address % static_cast<std::uintptr_t>(each.alignment) != 0) {
      record_finding("cudnnBackendExecute: " + name_of(graph, each) + " is not at a multiple of " +
                     std::to_string(each.alignment) + " bytes, as its tensor says");
    }
  }
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t execute(cudnnHandle_t handle, const Descriptor& plan, const Descriptor& pack) {
  if (!plan.finalized || !pack.finalized) return CUDNN_STATUS_BAD_PARAM;
  Graph graph;
  cudnnStatus_t status = read_graph(*plan.graph, graph);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  Places places;
  status = places_of(pack, graph, places);
  if (status != CUDNN_STATUS_SUCCESS) return status;
  const Engine& engine = plan.engines.front();
  if (!is_sound_choice(engine)) return CUDNN_STATUS_EXECUTION_FAILED;
  const auto* workspace = pack.has(CUDNN_ATTR_VARIANT_PACK_WORKSPACE)
                              ? pack.value<const char*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE)
                              : nullptr;
  if (engine.workspace != 0 && workspace == nullptr) return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
  const Scratch scratch{workspace, engine.workspace};
  const bool tf32 = engine.has(CUDNN_NUMERICAL_NOTE_TENSOR_CORE);
  Work work{"cudnnBackendExecute",
            [=] {
              if (!operands_are_sound(graph, places, scratch)) return;
              std::memset(const_cast<char*>(scratch.base), 0xFF, scratch.bytes);
              run_graph(graph, places, tf32);
            },
            scratch};
  return enqueue(handle->stream, std::move(work)) == cudaSuccess ? CUDNN_STATUS_SUCCESS
                                                                 : CUDNN_STATUS_EXECUTION_FAILED;
}

}  // namespace

std::size_t cudnnGetVersion() { return version_of("cudnnGetVersion", 91900); }

std::size_t cudnnGetCudartVersion() { return CUDART_VERSION; }

const char* cudnnGetErrorString(cudnnStatus_t status) {
#define VGAN_CASE(name) \
  case name: return #name;
  switch (status) {
    VGAN_CASE(CUDNN_STATUS_SUCCESS)
    VGAN_CASE(CUDNN_STATUS_NOT_INITIALIZED)
    VGAN_CASE(CUDNN_STATUS_BAD_PARAM)
    VGAN_CASE(CUDNN_STATUS_BAD_PARAM_NULL_POINTER)
    VGAN_CASE(CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE)
    VGAN_CASE(CUDNN_STATUS_NOT_SUPPORTED)
    VGAN_CASE(CUDNN_STATUS_NOT_SUPPORTED_GRAPH_PATTERN)
    VGAN_CASE(CUDNN_STATUS_NOT_SUPPORTED_DATA_TYPE)
    VGAN_CASE(CUDNN_STATUS_NOT_SUPPORTED_LAYOUT)
    VGAN_CASE(CUDNN_STATUS_NOT_SUPPORTED_RUNTIME_PREREQUISITE_MISSING)
    VGAN_CASE(CUDNN_STATUS_INTERNAL_ERROR)
    VGAN_CASE(CUDNN_STATUS_INTERNAL_ERROR_COMPILATION_FAILED)
    VGAN_CASE(CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED)
    VGAN_CASE(CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED)
    VGAN_CASE(CUDNN_STATUS_EXECUTION_FAILED)
  }
#undef VGAN_CASE
  return "unknown";
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
  *handle = nullptr;
  const auto make = [&] {
    *handle = new cudnnContext;
    return CUDNN_STATUS_SUCCESS;
  };
  return library_call("cudnnCreate", make, true);
}

cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
  delete handle;
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
  return library_call("cudnnSetStream", [&] {
    handle->stream = stream;
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* descriptor) {
  *descriptor = nullptr;
  return library_call("cudnnBackendCreateDescriptor", [&] {
    *descriptor = new DescriptorRef(std::make_shared<Descriptor>(Descriptor{type}));
    return CUDNN_STATUS_SUCCESS;
  });
}

cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
  delete &ref(descriptor);
  return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, std::int64_t count,
                                       const void* values) {
  return library_call("cudnnBackendSetAttribute",
                      [&] { return set(*ref(descriptor), name, type, count, values); });
}

// Choices and plans have names of their own, for tests that count or refuse them.
cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
  const bool chooses = ref(descriptor)->type == CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
  const bool plans = ref(descriptor)->type == CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
  const char* name = chooses ? "cudnnBackendFinalize of a choice"
                     : plans ? "cudnnBackendFinalize of a plan"
                             : "cudnnBackendFinalize";
  // Heuristics ask the device, and a plan's kernels are loaded, which may wait for it.
  return library_call(
      name, [&] { return finalize(*ref(descriptor)); }, chooses || plans);
}

cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t descriptor,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t, std::int64_t wanted,
                                       std::int64_t* count, void* values) {
  return library_call("cudnnBackendGetAttribute", [&] {
    const Descriptor& from = *ref(descriptor);
    if (!from.finalized) return CUDNN_STATUS_NOT_INITIALIZED;
    switch (name) {
      case CUDNN_ATTR_ENGINEHEUR_RESULTS:
      case CUDNN_ATTR_ENGINECFG_ENGINE:
        return give_engines(from, wanted, count, static_cast<cudnnBackendDescriptor_t*>(values));
      case CUDNN_ATTR_ENGINE_NUMERICAL_NOTE:
        return give(from.engines.front().notes, wanted, count,
                    static_cast<cudnnBackendNumericalNote_t*>(values));
      case CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE:
        return give<std::int64_t>({static_cast<std::int64_t>(from.engines.front().workspace)},
                                  wanted, count, static_cast<std::int64_t*>(values));
      default: return CUDNN_STATUS_NOT_SUPPORTED;
    }
  });
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle, cudnnBackendDescriptor_t plan,
                                  cudnnBackendDescriptor_t pack) {
  return library_call("cudnnBackendExecute", [&] {
    if (handle == nullptr) return CUDNN_STATUS_NOT_INITIALIZED;
    return execute(handle, *ref(plan), *ref(pack));
  });
}
