// Streams and events.
#include <algorithm>

#include "tests/simt/contexts.hpp"
#include "tests/simt/control.hpp"
#include "tests/simt/runtime.hpp"

namespace simt {

namespace {

// Not a count of all that ever were: a seed means the same order each time.
std::uint64_t free_lane() {
  std::uint64_t highest = 0;
  for (const cudaStream_t each : live_handles<cudaStream_t>())
    highest = std::max(highest, each->lane);
  return highest + 1;
}

// Waiting for a stream or an event of a capture would wait for work that never runs.
cudaError_t wait_for_stream(cudaStream_t handle) {
  CUstream_st* stream = find_stream(handle);
  if (stream == nullptr) return cudaErrorInvalidResourceHandle;
  if (is_capturing(*stream)) return spoil(*stream->capture, cudaErrorStreamCaptureUnsupported);
  const cudaError_t refused = refuse_in_capture();
  if (refused != cudaSuccess) return refused;
  run_until(stream->last);
  return cudaSuccess;
}

cudaError_t check_event(cudaEvent_t event) {
  if (!exists(event)) return cudaErrorInvalidResourceHandle;
  if (event->capture == nullptr) return refuse_in_capture();
  if (!event->capture->ended) event->capture->invalidated = true;
  return cudaErrorCapturedEvent;
}

// What a graph's node for an event does in each launch: the event was reached now.
void reach(cudaEvent_t event) {
  if (!exists(event)) {
    record_finding("a graph records an event that was destroyed");
    return;
  }
  event->capture.reset();
  event->point = std::make_shared<Operation>();
  event->point->done = true;
  event->point->time = std::chrono::steady_clock::now();
}

// An external one is a node of the graph; any other of a capture is no more than its place there.
cudaError_t record_event(const char* call, cudaEvent_t event, cudaStream_t handle, unsigned flags) {
  return api(call, [&] {
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr || !exists(event)) return cudaErrorInvalidResourceHandle;
    if (flags > cudaEventRecordExternal) return cudaErrorInvalidValue;
    if (flags == cudaEventRecordExternal) {
      if (!is_capturing(*stream)) return cudaErrorInvalidValue;
      return enqueue(handle, {"cudaEventRecord", [event] { reach(event); }, {}});
    }
    if (is_capturing(*stream)) {
      if (stream->capture->invalidated) return cudaErrorStreamCaptureInvalidated;
      event->capture = stream->capture;
      event->tail = stream->tail;
      return cudaSuccess;
    }
    event->capture.reset();
    return enqueue(handle, {"cudaEventRecord", {}, {}}, &event->point);
  });
}

std::shared_ptr<const Work> wait_work() {
  return std::make_shared<const Work>(Work{"cudaStreamWaitEvent", {}, {}});
}

cudaError_t wait_for_event(CUstream_st& stream, const CUevent_st& event) {
  if (event.capture == nullptr) {
    if (is_capturing(stream)) {
      if (event.point == nullptr) return cudaSuccess;
      return spoil(*stream.capture, cudaErrorStreamCaptureIsolation);
    }
    if (event.point == nullptr) return cudaSuccess;
    stream.last = add_operation(wait_work(), stream.lane, {stream.last, event.point});
    return cudaSuccess;
  }
  if (event.capture->ended) return cudaErrorInvalidValue;
  if (event.capture->invalidated) return cudaErrorStreamCaptureInvalidated;
  if (is_capturing(stream) && stream.capture != event.capture) {
    event.capture->invalidated = true;
    return spoil(*stream.capture, cudaErrorStreamCaptureMerge);
  }
  if (!is_capturing(stream)) {
    stream.capture = event.capture;
    stream.tail.clear();
  }
  stream.tail.insert(event.tail.begin(), event.tail.end());
  return cudaSuccess;
}

}  // namespace

std::vector<std::shared_ptr<Capture>> open_captures() {
  std::vector<std::shared_ptr<Capture>> open;
  for (cudaStream_t each : live_handles<cudaStream_t>()) {
    if (each->capture != nullptr && each->capture->origin == each) open.push_back(each->capture);
  }
  return open;
}

namespace {

// Captures that forbid this thread something; `relaxed`: those of this thread that are relaxed,
// too.
cudaError_t refuse(bool relaxed) {
  cudaError_t error = cudaSuccess;
  for (const auto& capture : open_captures()) {
    const bool our_own = capture->owner == std::this_thread::get_id();
    const bool concerns_us =
        capture->mode == cudaStreamCaptureModeGlobal ||
        (our_own && (relaxed || capture->mode == cudaStreamCaptureModeThreadLocal));
    if (concerns_us) error = spoil(*capture, cudaErrorStreamCaptureUnsupported);
  }
  return error;
}

}  // namespace

cudaError_t refuse_in_capture() { return refuse(false); }

cudaError_t refuse_making_in_capture() { return refuse(true); }

}  // namespace simt

using namespace simt;

// ---- Streams -----------------------------------------------------------------------------------

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  return api("cudaStreamCreateWithFlags", [&] {
    if (flags > cudaStreamNonBlocking) return cudaErrorInvalidValue;
    require_context();
    *stream = new CUstream_st{free_lane(), flags == cudaStreamDefault, nullptr, nullptr, {}};
    (*stream)->device = current_device();
    live_handles<cudaStream_t>().insert(*stream);
    return cudaSuccess;
  });
}

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  return cudaStreamCreateWithFlags(stream, cudaStreamDefault);
}

cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
  return cudaStreamCreateWithFlags(stream, flags);
}

cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = *greatest = 0;
  return api("cudaDeviceGetStreamPriorityRange", [] { return cudaSuccess; });
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) { return destroy("cudaStreamDestroy", stream); }

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  return api("cudaStreamSynchronize", [&] { return wait_for_stream(stream); });
}

cudaError_t cudaDeviceSynchronize() {
  return api("cudaDeviceSynchronize", [&] {
    const auto captures = open_captures();
    for (const auto& each : captures) each->invalidated = true;
    if (!captures.empty()) return cudaErrorStreamCaptureUnsupported;
    run_all();
    return cudaSuccess;
  });
}

cudaError_t cudaStreamQuery(cudaStream_t handle) {
  return api("cudaStreamQuery", [&] {
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    if (is_capturing(*stream)) return spoil(*stream->capture, cudaErrorStreamCaptureUnsupported);
    const cudaError_t refused = refuse_in_capture();
    if (refused != cudaSuccess) return refused;
    run_one();
    const bool idle = stream->last == nullptr || stream->last->done;
    return idle ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* user_data) {
  return api("cudaLaunchHostFunc", [&] {
    return enqueue(stream, {"cudaLaunchHostFunc", [=] { function(user_data); }, {}});
  });
}

// ---- Events ------------------------------------------------------------------------------------

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
  return api("cudaEventCreateWithFlags", [&] {
    require_context();
    *event = new CUevent_st{(flags & cudaEventDisableTiming) == 0, nullptr, nullptr, {}};
    live_handles<cudaEvent_t>().insert(*event);
    return cudaSuccess;
  });
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return cudaEventCreateWithFlags(event, cudaEventDefault);
}

cudaError_t cudaEventDestroy(cudaEvent_t event) { return destroy("cudaEventDestroy", event); }

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  return record_event("cudaEventRecord", event, stream, cudaEventRecordDefault);
}

cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned flags) {
  return record_event("cudaEventRecordWithFlags", event, stream, flags);
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  return api("cudaStreamWaitEvent", [&] {
    CUstream_st* stream = find_stream(handle);
    if (stream == nullptr || !exists(event)) return cudaErrorInvalidResourceHandle;
    return wait_for_event(*stream, *event);
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  return api("cudaEventSynchronize", [&] {
    const cudaError_t refused = check_event(event);
    if (refused == cudaSuccess) run_until(event->point);
    return refused;
  });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  return api("cudaEventQuery", [&] {
    const cudaError_t refused = check_event(event);
    if (refused != cudaSuccess) return refused;
    run_one();
    return event->point == nullptr || event->point->done ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  return api("cudaEventElapsedTime", [&] {
    for (const cudaEvent_t event : {start, end}) {
      if (!exists(event) || !event->timed || event->point == nullptr)
        return cudaErrorInvalidResourceHandle;
      if (!event->point->done) return cudaErrorNotReady;
    }
    const std::chrono::duration<float, std::milli> passed = end->point->time - start->point->time;
    *milliseconds = passed.count();
    return cudaSuccess;
  });
}
