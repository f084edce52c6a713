// Errors, findings and faults, as the parts of the executor see them.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <random>
#include <string>

#include "tests/simt/include/cuda_runtime_api.h"

namespace simt {

void record_finding(const std::string& text, int error = cudaErrorLaunchFailure);
std::size_t finding_count();

/// After one of these, every call fails with it.
bool is_sticky(cudaError_t error);
cudaError_t sticky_error();
void set_sticky_error(cudaError_t error);

/// The error that a test asked for as the operation `name` runs, else success.
cudaError_t injected_work_error(const std::string& name);
void count_kernel(const std::string& name);
void count_operation();
void count_call(const std::string& name);

/// What a library's `function` says its version is: `usual` unless a test wants another.
std::size_t version_of(const std::string& function, std::size_t usual);
/// Whether a test says that the library `name` cannot be opened.
bool is_broken(const std::string& name);
/// What tests asked of libraries is over.
void forget_library_wishes();
/// A kernel ran, for a profiler that is on; and what profilers saw is forgotten.
void note_profiled(const std::string& kernel);
void forget_profiled();

std::mt19937_64& random_source();
/// Drops what is queued and not yet run.
void forget_queued_work();

/// One call of the runtime at a time; recursive, for operations call back.
std::recursive_mutex& runtime_mutex();

/// The frame of every runtime call: the lock, sticky and injected errors, the last error.
/// `gives_back`: what is given back is, though the context is lost; the error is returned all the
/// same.
cudaError_t api(const char* name, const std::function<cudaError_t()>& body,
                bool gives_back = false);

}  // namespace simt
