#include "engine/features/onnx_session.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"

namespace vgan::onnx {
namespace {

constexpr int errors_only = 3;      // ORT_LOGGING_LEVEL_ERROR
constexpr int plain_allocator = 0;  // OrtDeviceAllocator: none that keeps memory
constexpr int default_memory = 0;   // OrtMemTypeDefault

std::int64_t product(const std::vector<std::int64_t>& shape) {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) size *= extent;
  return size;
}

const std::string& readable(const std::string& file) {
  if (::access(file.c_str(), R_OK) == 0) return file;
  throw Error(ErrorCode::io, {"cannot read a network", file, std::strerror(errno), "", ""});
}

}  // namespace

OpenSession::OpenSession(const std::string& file, std::int64_t threads)
    : file_(readable(file)),
      runtime_(Runtime::load()),
      environment_(nullptr, runtime_->call().release_environment),
      session_(nullptr, runtime_->call().release_session),
      memory_(nullptr, runtime_->call().release_memory_info) {
  const Functions& call = runtime_->call();
  Environment* environment = nullptr;
  check(call.create_environment(errors_only, "vgan", &environment));
  environment_.reset(environment);
  SessionOptions* made = nullptr;
  check(call.create_options(&made));
  const auto options = Runtime::owned(made, call.release_options);
  if (threads > 0) check(call.set_threads(options.get(), static_cast<int>(threads)));
  Session* session = nullptr;
  check(call.create_session(environment_.get(), file.c_str(), options.get(), &session));
  session_.reset(session);
  MemoryInfo* memory = nullptr;
  check(call.cpu_memory(plain_allocator, default_memory, &memory));
  memory_.reset(memory);

  std::size_t inputs = 0;
  std::size_t outputs = 0;
  check(call.input_count(session, &inputs));
  check(call.output_count(session, &outputs));
  if (inputs != 1 || outputs < 1) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a network", file_,
                 counted(inputs, "input") + " and " + counted(outputs, "output"),
                 "one input, trials, and an output, features", ""});
  }
  TypeInfo* type = nullptr;
  check(call.input_type(session, 0, &type));
  input_shape_ = shape_of(type, "input");
  check(call.output_type(session, outputs - 1, &type));
  (void)shape_of(type, "output");
  input_name_ = name_of(call.input_name, 0);
  output_name_ = name_of(call.output_name, outputs - 1);
}

std::vector<std::int64_t> OpenSession::shape_in(const ShapeInfo* info) const {
  std::size_t rank = 0;
  check(runtime_->call().rank(info, &rank));
  std::vector<std::int64_t> shape(rank);
  check(runtime_->call().extents(info, shape.data(), rank));
  return shape;
}

std::vector<std::int64_t> OpenSession::shape_of(TypeInfo* type, const std::string& what) const {
  const auto owned = Runtime::owned(type, runtime_->call().release_type_info);
  const ShapeInfo* info = nullptr;
  check(runtime_->call().shape_of_type(type, &info));
  int element = 0;
  if (info != nullptr) check(runtime_->call().element_type(info, &element));
  if (element != float_elements) {
    throw Error(ErrorCode::bad_data,
                {"cannot use a network", file_, what + " of another type", "a tensor of f32", ""});
  }
  return shape_in(info);
}

std::string OpenSession::name_of(Status* (*function)(const Session*, std::size_t, Allocator*,
                                                     char**),
                                 std::size_t index) const {
  Allocator* allocator = nullptr;  // the runtime's own, which nobody frees
  check(runtime_->call().default_allocator(&allocator));
  char* text = nullptr;
  check(function(session_.get(), index, allocator, &text));
  std::string name = text;
  check(runtime_->call().free_memory(allocator, text));
  return name;
}

Tensor OpenSession::run(const Tensor& input) const {
  const Functions& call = runtime_->call();
  Value* made = nullptr;
  // The runtime reads inputs only, whatever its interface says.
  check(call.create_tensor(memory_.get(), const_cast<float*>(input.values.data()),
                           input.values.size() * sizeof(float), input.shape.data(),
                           input.shape.size(), float_elements, &made));
  const auto fed = Runtime::owned(made, call.release_value);
  const char* const input_name = input_name_.c_str();
  const char* const output_name = output_name_.c_str();
  const Value* const inputs[] = {fed.get()};
  Value* output = nullptr;
  check(call.run(session_.get(), nullptr, &input_name, inputs, 1, &output_name, 1, &output));
  const auto result = Runtime::owned(output, call.release_value);
  ShapeInfo* info = nullptr;
  check(call.shape_of_value(output, &info));
  const auto owned_info = Runtime::owned(info, call.release_shape_info);
  Tensor tensor;
  tensor.shape = shape_in(info);
  void* data = nullptr;
  check(call.tensor_data(output, &data));
  const auto* values = static_cast<const float*>(data);
  tensor.values.assign(values, values + product(tensor.shape));
  return tensor;
}

}  // namespace vgan::onnx
