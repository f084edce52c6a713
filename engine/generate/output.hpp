// A file, or standard output, that bytes are put into.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/files/atomic_file.hpp"

namespace vgan {

class Output {
 public:
  /// `out`: a file, or "-" for standard output. `what` begins every message, e.g. "cannot write
  /// samples". Throws io where the system refuses, here and below.
  Output(const std::string& out, const std::string& what);
  void put(const void* data, std::size_t bytes);
  void put(std::string_view text) { put(text.data(), text.size()); }
  /// The file is where it belongs; without it, it is as it was.
  void finish();

 private:
  std::string what_;
  std::optional<AtomicFile> file_;
};

}  // namespace vgan
