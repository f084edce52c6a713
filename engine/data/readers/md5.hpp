// MD5, as the publishers of MNIST state it: to notice a damaged download, not to stop a forger.
// Source: RFC 1321.
#pragma once

#include <filesystem>
#include <string>

namespace vgan {

/// MD5 of the file's bytes as they lie on disk, as 32 lower-case hex digits. Throws Error (io, or
/// bad_data for an empty file) as ByteSource does; `what` begins the message.
std::string md5_of_file(const std::filesystem::path& path, const std::string& what);

}  // namespace vgan
