// What tests ask of the host executor: seeds, faults, findings, what ran.
//
// The executor runs the project's CUDA sources on the CPU. Work put on streams runs late, when
// something waits for it, in a seeded random order that respects only the recorded dependencies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace simt {

/// A bug of a kernel or of the host code around it: which kernel, block and thread did what, where.
/// A finding also becomes a sticky CUDA error, 700 for a bad address and 719 for the rest, and its
/// text is part of what cudaGetErrorString says of that error until it is taken.
class Finding : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The findings so far; they are forgotten, with the sticky error. A process that ends with
/// findings that nobody took prints them and exits with status 1.
std::vector<Finding> take_findings();

/// As in a new process, with another seed: drops queued work, captures, errors, faults and counts.
/// Memory, streams, events and graphs stay their owners'. The first seed is $VGAN_SIMT_SEED,
/// else 1.
void reset(std::uint64_t seed = 1);

/// The (after + 1)-th call of `name` from now returns `error`; "*" is any call but the error
/// queries. A sticky error (700, 719, ...) is what every later call returns too.
void fail_call(const std::string& name, int error, int after = 0);
/// The (after + 1)-th call of `name` from now does nothing and says success: a call forgotten.
void skip_call(const std::string& name, int after = 0);
/// The (after + 1)-th queued operation from now whose name contains `part` ("" is any) fails as it
/// runs, so that the error shows at a later call. Names are those of kernels and of API calls.
void fail_work(const std::string& part, int error, int after = 0);

/// Until the next reset, libraries lack the symbol `name`.
void hide_symbol(const std::string& name);
/// Until the next reset, opening the library `name` fails with the linker's text `error`; with
/// none, it is not there.
void break_library(const std::string& name, const std::string& error = "");
/// Until the next reset, there is a library `name` too, with the functions of `like`.
void add_library(const std::string& name, const std::string& like);
/// The libraries that were opened since the last reset, each once.
std::vector<std::string> opened_libraries();
/// Until the next reset, a library says by its `function` that it has this version.
void set_version(const std::string& function, std::size_t version);

void set_device_count(int count);
/// Devices on which somebody has made a context since the start, or since they were forgotten.
std::set<int> devices_with_contexts();
/// As in a new process: no device has a context, and this thread works on none.
void forget_contexts();
/// Capacity of device memory, at most 16 GiB; 1 GiB at the start.
void set_memory(std::size_t bytes);

/// How often each kernel ran. With $VGAN_SIMT_LOG set, the names are appended to that file when the
/// process ends, one a line.
const std::map<std::string, std::uint64_t>& launched_kernels();
/// How often an API function was called since the last reset.
std::uint64_t calls(const std::string& name);
/// The same of those that ran between cudaProfilerStart and cudaProfilerStop.
const std::map<std::string, std::uint64_t>& profiled_kernels();
/// How often each NVTX range was opened since the last reset, by its name behind those that it lies
/// in: "record/gather".
const std::map<std::string, std::uint64_t>& named_ranges();
/// Kernels run, operations queued, memory in use: one line each.
std::string report();

/// Whether kernels are compiled with the memory hooks, which find races and bad addresses.
bool has_memory_hooks();
/// Whether their PTX runs in place of what g++ compiled ($VGAN_PTX).
bool interprets_ptx();

}  // namespace simt
