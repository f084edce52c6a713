// The PTX of the project's kernels: files that nvcc made, or the fixture where there is no nvcc.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/ptx/parser.hpp"

namespace ptx {

/// PTX files by their names without endings: fused_forward.
using Files = std::map<std::string, std::string>;

/// FOLDER/*.ARCHITECTURE.ptx
Files read_folder(const std::filesystem::path& folder, const std::string& architecture);

/// What is packed in one file for machines without nvcc.
struct Fixture {
  std::string sources;   ///< sources_hash() of what the files were made from
  std::string compiler;  ///< "nvcc 13.0"
  Files files;
};
Fixture read_fixture(const std::filesystem::path& file);
void write_fixture(const std::filesystem::path& file, const Fixture& fixture);
/// A file of PTX without what no kernel needs.
std::string compacted(const std::string& text);

/// A hash of these sources and of every header of the project that they include, without comments
/// and blanks.
std::string sources_hash(const std::filesystem::path& root,
                         const std::vector<std::filesystem::path>& sources);
/// kernels/cuda/**/*.cu and the probe of the tests.
std::vector<std::filesystem::path> kernel_sources(const std::filesystem::path& root);

/// Kernels by their common names, parsed when they are asked for.
class Library {
 public:
  explicit Library(const Files& files, SharedAlignment alignment = SharedAlignment::as_declared);
  /// Throws ParseError if there is no such kernel, or the interpreter does not understand it.
  const Kernel& kernel(const std::string& name);
  std::vector<std::string> names() const;

 private:
  struct Place {
    std::shared_ptr<const ModuleText> module;
    const Entry* entry;
    std::string file;
  };
  SharedAlignment alignment_;
  std::map<std::string, Place> places_;
  std::map<std::string, std::unique_ptr<Kernel>> parsed_;
};

}  // namespace ptx
