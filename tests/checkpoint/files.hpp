// Files made and compared byte by byte, and what kind of Error a call ends in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "engine/base/error.hpp"

namespace vgan::testing {

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::filesystem::path write_text(const std::filesystem::path& path,
                                        const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

/// The file's text of a safetensors header length, header and data.
inline std::string safetensors_text(const std::string& header, const std::string& data) {
  const std::uint64_t length = header.size();
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  return text + header + data;
}

inline std::vector<std::byte> bytes_of(const std::string& text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

/// The exit code and message of the Error that `call` throws; code 0 where it throws none. Any
/// other exception goes through and fails the test.
struct Outcome {
  int code = 0;
  std::string message;
};

template <class Call>
Outcome outcome_of(Call&& call) {
  try {
    call();
    return {};
  } catch (const Error& error) {
    return {error.exit_code(), error.what()};
  }
}

inline std::size_t count_files(const std::filesystem::path& folder) {
  const std::filesystem::directory_iterator first(folder);
  return static_cast<std::size_t>(std::distance(begin(first), end(first)));
}

}  // namespace vgan::testing
