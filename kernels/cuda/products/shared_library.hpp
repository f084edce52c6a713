// A library of CUDA's, loaded when it is first needed: a program that works on the CPU starts
// without.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vgan::cuda {

/// What is looked for, where, and what to say where it is not found.
struct LibraryRequest {
  std::string name;                ///< as users know it: "cuBLASLt"
  std::string stem;                ///< of its files' names: "libcublasLt.so."
  std::vector<int> majors;         ///< that end the names, in the order in which they are tried
  std::vector<std::string> homes;  ///< environment variables of folders that hold lib64 or lib
  std::string packages;            ///< that bring it
};

/// A library that was looked for, and whether it can be used.
class SharedLibrary {
 public:
  /// Looks for it by name, as the dynamic linker does, then beside our own library or program, in
  /// the folders that the environment names, in Python's and in CUDA's usual ones. The first file
  /// that opens is the one: a second of that name could get the parts of the first, which stay.
  explicit SharedLibrary(const LibraryRequest& request);

  bool usable() const { return problem_.empty(); }
  const std::string& name() const { return name_; }
  const std::string& path() const { return path_; }        ///< empty where none was opened
  const std::string& version() const { return version_; }  ///< "13.1.0"; empty until it is known
  const std::string& problem() const { return problem_; }  ///< why it cannot be used
  const std::string& remedy() const { return remedy_; }    ///< what to do about it
  /// Both, as one line.
  std::string complaint() const { return name_ + " " + problem_ + "; " + remedy_; }

  /// Sets a function, or the problem that the library lacks it.
  template <class Function>
  void bind(Function*& function, const char* symbol) {
    function = reinterpret_cast<Function*>(find(symbol));
  }
  /// Notes the version that it says it has, and the problem if that is none of `majors`.
  void check_version(const std::string& version, const std::vector<int>& majors);

 private:
  void* find(const char* symbol);

  std::string name_, path_, version_, problem_, remedy_;
  void* handle_ = nullptr;
};

/// 130100 is 13.1.0, 91900 is 9.19.0: how both libraries write their versions.
std::string version_text(std::size_t version);

}  // namespace vgan::cuda
