#include "tests/simt/control.hpp"

#include <unistd.h>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "tests/simt/memory.hpp"
#include "tests/simt/runtime.hpp"
#include "tests/simt/simt.hpp"

namespace simt {

namespace {

struct Fault {
  std::string name;
  cudaError_t error;
  int after;
};

struct Control {
  Control();
  std::vector<Finding> findings;
  std::vector<Finding> overlooked;  // that a reset found untaken
  cudaError_t sticky = cudaSuccess;
  cudaError_t last = cudaSuccess;
  std::vector<Fault> call_faults;
  std::vector<Fault> work_faults;
  std::map<std::string, std::uint64_t> kernels;  // since the last reset
  std::set<std::string> ever;                    // kernels that ran in this process
  std::map<std::string, std::uint64_t> calls;
  std::uint64_t operations = 0;
  std::mt19937_64 random;
};

Control& control() {
  static Control& instance = *new Control;  // lives until the last handler at exit has run
  return instance;
}

void at_end() {
  const Control& c = control();
  if (const char* path = std::getenv("VGAN_SIMT_LOG")) {
    std::ofstream log(path, std::ios::app);
    for (const std::string& name : c.ever) log << name << '\n';
  }
  if (c.findings.empty() && c.overlooked.empty()) return;
  for (const auto* list : {&c.overlooked, &c.findings}) {
    for (const Finding& each : *list) std::fprintf(stderr, "simt: %s\n", each.what());
  }
  std::fflush(nullptr);
  _exit(1);
}

Control::Control() {
  const char* seed = std::getenv("VGAN_SIMT_SEED");
  random.seed(seed == nullptr ? 1 : std::strtoull(seed, nullptr, 10));
  std::atexit(&at_end);
}

cudaError_t take_fault(std::vector<Fault>& faults, const std::function<bool(const Fault&)>& fits) {
  cudaError_t error = cudaSuccess;
  for (auto fault = faults.begin(); fault != faults.end();) {
    const bool due = fits(*fault) && fault->after-- == 0 && error == cudaSuccess;
    if (due) error = fault->error;
    fault = due ? faults.erase(fault) : std::next(fault);
  }
  return error;
}

// Not CUDA's: in place of an error, the call does nothing.
constexpr auto skipped = static_cast<cudaError_t>(1000);

}  // namespace

void record_finding(const std::string& text, int error) {
  control().findings.emplace_back(text);
  set_sticky_error(static_cast<cudaError_t>(error));
}

std::size_t finding_count() { return control().findings.size(); }

std::vector<Finding> take_findings() {
  const std::lock_guard lock(runtime_mutex());
  Control& c = control();
  std::vector<Finding> taken = std::move(c.findings);
  c.findings.clear();
  if (!taken.empty()) c.sticky = c.last = cudaSuccess;
  return taken;
}

bool is_sticky(cudaError_t error) {
  return error == cudaErrorECCUncorrectable || error == cudaErrorIllegalAddress ||
         error == cudaErrorLaunchTimeout ||
         (error >= cudaErrorAssert && error <= cudaErrorLaunchFailure);
}

cudaError_t sticky_error() { return control().sticky; }

void set_sticky_error(cudaError_t error) {
  if (control().sticky == cudaSuccess) control().sticky = error;
}

cudaError_t injected_work_error(const std::string& name) {
  return take_fault(control().work_faults,
                    [&](const Fault& fault) { return name.find(fault.name) != std::string::npos; });
}

void count_kernel(const std::string& name) {
  ++control().kernels[name];
  note_profiled(name);
  control().ever.insert(name);
}
void count_operation() { ++control().operations; }
void count_call(const std::string& name) { ++control().calls[name]; }
std::mt19937_64& random_source() { return control().random; }

std::recursive_mutex& runtime_mutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

cudaError_t api(const char* name, const std::function<cudaError_t()>& body, bool gives_back) {
  const std::lock_guard lock(runtime_mutex());
  Control& c = control();
  ++c.calls[name];
  cudaError_t error = take_fault(
      c.call_faults, [&](const Fault& fault) { return fault.name == name || fault.name == "*"; });
  if (error == skipped) return cudaSuccess;
  if (is_sticky(error)) set_sticky_error(error);
  if (c.sticky != cudaSuccess && gives_back) (void)body();
  if (error == cudaSuccess) error = c.sticky;
  if (error == cudaSuccess) error = device_error();
  if (error == cudaSuccess) error = body();
  if (c.sticky != cudaSuccess) error = c.sticky;
  if (error != cudaSuccess && error != cudaErrorNotReady) c.last = error;
  return error;
}

void fail_call(const std::string& name, int error, int after) {
  const std::lock_guard lock(runtime_mutex());
  control().call_faults.push_back({name, static_cast<cudaError_t>(error), after});
}

void skip_call(const std::string& name, int after) { fail_call(name, skipped, after); }

void fail_work(const std::string& part, int error, int after) {
  const std::lock_guard lock(runtime_mutex());
  control().work_faults.push_back({part, static_cast<cudaError_t>(error), after});
}

void reset(std::uint64_t seed) {
  const std::lock_guard lock(runtime_mutex());
  forget_queued_work();
  Control& c = control();
  c.overlooked.insert(c.overlooked.end(), c.findings.begin(), c.findings.end());
  c.findings.clear();
  c.sticky = c.last = cudaSuccess;
  c.call_faults.clear();
  c.work_faults.clear();
  c.kernels.clear();
  c.calls.clear();
  c.operations = 0;
  c.random.seed(seed);
  forget_library_wishes();
  forget_profiled();
  set_device_count(1);
  set_memory(std::size_t{1} << 30);
}

void set_memory(std::size_t bytes) {
  const std::lock_guard lock(runtime_mutex());
  set_device_capacity(bytes);
}

const std::map<std::string, std::uint64_t>& launched_kernels() { return control().kernels; }

std::uint64_t calls(const std::string& name) {
  const std::lock_guard lock(runtime_mutex());
  const auto found = control().calls.find(name);
  return found == control().calls.end() ? 0 : found->second;
}

std::string report() {
  const std::lock_guard lock(runtime_mutex());
  const Control& c = control();
  std::string text;
  for (const auto& [name, runs] : c.kernels) text += name + ": " + std::to_string(runs) + "\n";
  return text + std::to_string(c.operations) + " operations queued, " +
         std::to_string(device_allocations_in_use()) + " allocations of " +
         std::to_string(device_bytes_in_use()) + " bytes in use, " +
         std::to_string(c.findings.size()) + " findings\n";
}

}  // namespace simt

cudaError_t cudaPeekAtLastError() {
  const std::lock_guard lock(simt::runtime_mutex());
  const simt::Control& c = simt::control();
  return c.sticky != cudaSuccess ? c.sticky : c.last;
}

cudaError_t cudaGetLastError() {
  const std::lock_guard lock(simt::runtime_mutex());
  const cudaError_t error = cudaPeekAtLastError();
  simt::control().last = cudaSuccess;
  return error;
}

namespace {

struct ErrorText {
  cudaError_t error;
  const char* name;
  const char* text;
};

constexpr ErrorText error_texts[] = {
    {cudaSuccess, "cudaSuccess", "no error"},
    {cudaErrorInvalidValue, "cudaErrorInvalidValue", "invalid argument"},
    {cudaErrorMemoryAllocation, "cudaErrorMemoryAllocation", "out of memory"},
    {cudaErrorInitializationError, "cudaErrorInitializationError", "initialization error"},
    {cudaErrorInvalidConfiguration, "cudaErrorInvalidConfiguration",
     "invalid configuration argument"},
    {cudaErrorInvalidMemcpyDirection, "cudaErrorInvalidMemcpyDirection",
     "invalid copy direction for memcpy"},
    {cudaErrorInsufficientDriver, "cudaErrorInsufficientDriver",
     "CUDA driver version is insufficient for CUDA runtime version"},
    {cudaErrorInvalidDeviceFunction, "cudaErrorInvalidDeviceFunction", "invalid device function"},
    {cudaErrorNoDevice, "cudaErrorNoDevice", "no CUDA-capable device is detected"},
    {cudaErrorInvalidDevice, "cudaErrorInvalidDevice", "invalid device ordinal"},
    {cudaErrorInvalidResourceHandle, "cudaErrorInvalidResourceHandle", "invalid resource handle"},
    {cudaErrorNotReady, "cudaErrorNotReady", "device not ready"},
    {cudaErrorIllegalAddress, "cudaErrorIllegalAddress",
     "an illegal memory access was encountered"},
    {cudaErrorLaunchOutOfResources, "cudaErrorLaunchOutOfResources",
     "too many resources requested for launch"},
    {cudaErrorLaunchTimeout, "cudaErrorLaunchTimeout", "the launch timed out and was terminated"},
    {cudaErrorAssert, "cudaErrorAssert", "device-side assert triggered"},
    {cudaErrorMisalignedAddress, "cudaErrorMisalignedAddress", "misaligned address"},
    {cudaErrorLaunchFailure, "cudaErrorLaunchFailure", "unspecified launch failure"},
    {cudaErrorCooperativeLaunchTooLarge, "cudaErrorCooperativeLaunchTooLarge",
     "too many blocks in cooperative launch"},
    {cudaErrorNotSupported, "cudaErrorNotSupported", "operation not supported"},
    {cudaErrorStreamCaptureUnsupported, "cudaErrorStreamCaptureUnsupported",
     "operation not permitted when stream is capturing"},
    {cudaErrorStreamCaptureInvalidated, "cudaErrorStreamCaptureInvalidated",
     "operation failed due to a previous error during capture"},
    {cudaErrorStreamCaptureMerge, "cudaErrorStreamCaptureMerge",
     "operation would result in a merge of separate capture sequences"},
    {cudaErrorStreamCaptureUnmatched, "cudaErrorStreamCaptureUnmatched",
     "capture was not ended in the same stream as it began"},
    {cudaErrorStreamCaptureUnjoined, "cudaErrorStreamCaptureUnjoined",
     "capturing stream has unjoined work"},
    {cudaErrorStreamCaptureIsolation, "cudaErrorStreamCaptureIsolation",
     "dependency created on uncaptured work in another stream"},
    {cudaErrorStreamCaptureImplicit, "cudaErrorStreamCaptureImplicit",
     "operation would make the legacy stream depend on a capturing blocking stream"},
    {cudaErrorCapturedEvent, "cudaErrorCapturedEvent",
     "operation not permitted on an event last recorded in a capturing stream"},
    {cudaErrorStreamCaptureWrongThread, "cudaErrorStreamCaptureWrongThread",
     "attempt to terminate a thread-local capture sequence from another thread"},
    {cudaErrorUnknown, "cudaErrorUnknown", "unknown error"},
};

const ErrorText* text_of(cudaError_t error) {
  for (const ErrorText& each : error_texts) {
    if (each.error == error) return &each;
  }
  return nullptr;
}

}  // namespace

const char* cudaGetErrorName(cudaError_t error) {
  const ErrorText* found = text_of(error);
  return found == nullptr ? "unrecognized error code" : found->name;
}

const char* cudaGetErrorString(cudaError_t error) {
  const std::lock_guard lock(simt::runtime_mutex());
  const ErrorText* found = text_of(error);
  if (found == nullptr) return "unrecognized error code";
  const auto& findings = simt::control().findings;
  if (findings.empty() || error != simt::sticky_error()) return found->text;
  static std::string with_finding;
  with_finding = std::string(found->text) + ": " + findings.front().what();
  return with_finding.c_str();
}
