// ONNX Runtime, loaded when it is first asked for: its C interface, as far as features need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace vgan::onnx {

// Types of the runtime's own, which only it looks into.
struct Environment;
struct Status;
struct Session;
struct SessionOptions;
struct MemoryInfo;
struct Value;
struct TypeInfo;
struct ShapeInfo;
struct Allocator;

/// The functions that are used. A status that is null is success; others are freed by
/// `release_status`.
struct Functions {
  const char* (*error_message)(const Status*);
  Status* (*create_environment)(int level, const char* name, Environment**);
  Status* (*create_session)(const Environment*, const char* path, const SessionOptions*, Session**);
  Status* (*run)(Session*, const void* options, const char* const* input_names,
                 const Value* const* inputs, std::size_t input_count,
                 const char* const* output_names, std::size_t output_count, Value** outputs);
  Status* (*create_options)(SessionOptions**);
  Status* (*set_threads)(SessionOptions*, int threads);
  Status* (*input_count)(const Session*, std::size_t*);
  Status* (*output_count)(const Session*, std::size_t*);
  Status* (*input_type)(const Session*, std::size_t, TypeInfo**);
  Status* (*output_type)(const Session*, std::size_t, TypeInfo**);
  Status* (*input_name)(const Session*, std::size_t, Allocator*, char**);
  Status* (*output_name)(const Session*, std::size_t, Allocator*, char**);
  Status* (*create_tensor)(const MemoryInfo*, void* data, std::size_t bytes,
                           const std::int64_t* shape, std::size_t rank, int type, Value**);
  Status* (*tensor_data)(Value*, void** data);
  Status* (*shape_of_type)(const TypeInfo*, const ShapeInfo**);  ///< null for what is no tensor
  Status* (*element_type)(const ShapeInfo*, int*);
  Status* (*rank)(const ShapeInfo*, std::size_t*);
  Status* (*extents)(const ShapeInfo*, std::int64_t*, std::size_t rank);
  Status* (*shape_of_value)(const Value*, ShapeInfo**);
  Status* (*cpu_memory)(int allocator, int memory, MemoryInfo**);
  Status* (*free_memory)(Allocator*, void*);
  Status* (*default_allocator)(Allocator**);
  void (*release_environment)(Environment*);
  void (*release_status)(Status*);
  void (*release_memory_info)(MemoryInfo*);
  void (*release_session)(Session*);
  void (*release_value)(Value*);
  void (*release_type_info)(TypeInfo*);
  void (*release_shape_info)(ShapeInfo*);
  void (*release_options)(SessionOptions*);
};

inline constexpr int float_elements = 1;  ///< ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT

/// An object of the runtime's, and the function that ends it.
template <class Object>
using Owned = std::unique_ptr<Object, void (*)(Object*)>;

/// The runtime stays loaded until the process ends: it has threads of its own.
class Runtime {
 public:
  /// Looks for the library in $VGAN_ONNXRUNTIME, a file or the folder that holds it; then by its
  /// name, as the system's loader does; then where Python's package puts it, in $VIRTUAL_ENV and
  /// $CONDA_PREFIX. Throws bad_config where there is none, or one older than 1.11, with what to
  /// install.
  static std::shared_ptr<const Runtime> load();

  const Functions& call() const { return functions_; }
  const std::string& version() const { return version_; }  ///< "1.22.0"
  const std::string& path() const { return path_; }

  /// Throws bad_data with `what`, the file `where` and what the runtime says, unless it succeeded.
  void check(Status* status, const std::string& what, const std::string& where) const;
  template <class Object>
  static Owned<Object> owned(Object* object, void (*release)(Object*)) {
    return {object, release};
  }

 private:
  Functions functions_{};
  std::string version_, path_;
};

}  // namespace vgan::onnx
