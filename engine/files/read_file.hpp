// Reading regular files: whole stretches of bytes, and lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/files/folder.hpp"
#include "engine/files/posix_file.hpp"

namespace vgan {

/// Opens a regular file for reading and stores its size in bytes. Never waits on a FIFO.
/// Throws Error io where the system refuses or it is not a regular file.
FileDescriptor open_regular_file(const FilePlace& place, std::uint64_t& size);

/// Reads exactly `n` bytes at `offset`. Throws Error io where the system refuses, bad_data where
/// the file has fewer bytes than it had when it was opened.
void read_exactly(const FileDescriptor& file, const std::filesystem::path& path, void* to,
                  std::size_t n, std::uint64_t offset);

/// Calls `take` for each line of a regular file, without its end, until it returns false. What
/// follows the last '\n' is a line if it is not empty. Throws as open_regular_file does, and where
/// the system refuses to read.
void for_each_line(const FilePlace& place, const std::function<bool(const std::string&)>& take);

}  // namespace vgan
