// Captures and graphs.
#include <algorithm>

#include "tests/simt/control.hpp"
#include "tests/simt/runtime.hpp"

namespace simt {

namespace {

// Work that the origin does not wait for: nodes that nothing comes after and that are not its tail.
bool has_unjoined_work(const Capture& capture, const std::set<std::size_t>& tail) {
  std::vector<bool> followed(capture.nodes.size(), false);
  for (const Node& node : capture.nodes) {
    for (const std::size_t i : node.before) followed[i] = true;
  }
  for (std::size_t i = 0; i < followed.size(); ++i) {
    if (!followed[i] && !tail.contains(i)) return true;
  }
  return false;
}

void leave_capture(const std::shared_ptr<Capture>& capture) {
  capture->ended = true;
  for (cudaStream_t each : live_handles<cudaStream_t>()) {
    if (each->capture == capture) {
      each->capture.reset();
      each->tail.clear();
    }
  }
}

cudaError_t end_capture(CUstream_st& stream, cudaGraph_t* graph) {
  *graph = nullptr;
  const std::shared_ptr<Capture> capture = stream.capture;
  if (capture == nullptr) return cudaErrorInvalidValue;
  if (capture->origin != &stream) return spoil(*capture, cudaErrorStreamCaptureUnmatched);
  if (capture->mode != cudaStreamCaptureModeRelaxed && capture->owner != std::this_thread::get_id())
    return spoil(*capture, cudaErrorStreamCaptureWrongThread);
  const bool unjoined = has_unjoined_work(*capture, stream.tail);
  leave_capture(capture);
  if (capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  if (unjoined) return cudaErrorStreamCaptureUnjoined;
  *graph = new CUgraph_st{capture->nodes};
  live_handles<cudaGraph_t>().insert(*graph);
  return cudaSuccess;
}

// Fresh operations with the graph's edges, between what the stream holds and what it gets next.
cudaError_t launch_graph(CUgraphExec_st& graph, CUstream_st& stream) {
  if (is_capturing(stream)) return spoil(*stream.capture, cudaErrorStreamCaptureUnsupported);
  OperationRef start;
  const cudaError_t error = enqueue(&stream, {"cudaGraphLaunch", {}, {}}, &start);
  if (error != cudaSuccess) return error;
  start = add_operation(start->work, stream.lane, {start, graph.last});
  std::vector<OperationRef> made;
  for (const Node& node : graph.nodes) {
    std::vector<Dependency> before{start};
    for (const std::size_t i : node.before)
      before.emplace_back(made[i], is_programmatic_edge(*made[i]->work, *node.work));
    made.push_back(add_operation(node.work, node.lane, before));
  }
  made.push_back(start);
  stream.last = graph.last = add_operation(start->work, stream.lane, {made.begin(), made.end()});
  return cudaSuccess;
}

}  // namespace

}  // namespace simt

using namespace simt;

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  return api("cudaStreamBeginCapture", [&] {
    if (handle == nullptr) return cudaErrorStreamCaptureUnsupported;
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (is_capturing(*stream)) return cudaErrorInvalidValue;
    stream->capture = std::make_shared<Capture>();
    stream->capture->mode = mode;
    stream->capture->owner = std::this_thread::get_id();
    stream->capture->origin = stream;
    stream->tail.clear();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  return api("cudaStreamEndCapture", [&] {
    CUstream_st* stream = find_stream(handle);
    return stream == nullptr ? cudaErrorInvalidResourceHandle : end_capture(*stream, graph);
  });
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  return api("cudaStreamIsCapturing", [&] {
    const CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    *status = !is_capturing(*stream)         ? cudaStreamCaptureStatusNone
              : stream->capture->invalidated ? cudaStreamCaptureStatusInvalidated
                                             : cudaStreamCaptureStatusActive;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphGetNodes(cudaGraph_t graph, cudaGraphNode_t* nodes, std::size_t* count) {
  return api("cudaGraphGetNodes", [&] {
    if (!exists(graph)) return cudaErrorInvalidValue;
    const std::size_t room = nodes == nullptr ? 0 : std::min(*count, graph->nodes.size());
    for (std::size_t i = 0; i < room; ++i)
      nodes[i] = reinterpret_cast<cudaGraphNode_t>(&graph->nodes[i]);
    *count = nodes == nullptr ? graph->nodes.size() : room;
    return cudaSuccess;
  });
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* executable, cudaGraph_t graph,
                                 unsigned long long) {
  return api("cudaGraphInstantiate", [&] {
    if (!exists(graph)) return cudaErrorInvalidValue;
    *executable = new CUgraphExec_st{graph->nodes, nullptr};
    live_handles<cudaGraphExec_t>().insert(*executable);
    return cudaSuccess;
  });
}

cudaError_t cudaGraphUpload(cudaGraphExec_t executable, cudaStream_t stream) {
  return api("cudaGraphUpload", [&] {
    const bool known = exists(executable) && find_stream(stream) != nullptr;
    return known ? cudaSuccess : cudaErrorInvalidValue;
  });
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t handle) {
  return api("cudaGraphLaunch", [&] {
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr || !exists(executable)) return cudaErrorInvalidValue;
    return launch_graph(*executable, *stream);
  });
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  return destroy("cudaGraphExecDestroy", executable);
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) { return destroy("cudaGraphDestroy", graph); }
