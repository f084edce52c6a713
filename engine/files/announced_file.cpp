#include "engine/files/announced_file.hpp"

#include <string>

#include "engine/base/error.hpp"

namespace vgan {

AnnouncedFile::AnnouncedFile(const FilePlace& place, const char* what)
    : file_(place, what), what_(what) {}

void AnnouncedFile::announce(const void* header, std::size_t header_bytes, std::uint64_t bytes) {
  missing_ = bytes;
  file_.write(header, header_bytes);
}

void AnnouncedFile::write(const void* data, std::size_t bytes) {
  if (bytes > missing_) {
    throw Error(ErrorCode::internal,
                {what_, file_.path().string(), std::to_string(bytes) + " more bytes",
                 std::to_string(missing_) + " still announced", ""});
  }
  file_.write(data, bytes);
  missing_ -= bytes;
}

void AnnouncedFile::commit() {
  if (missing_ != 0) {
    throw Error(ErrorCode::internal,
                {what_, file_.path().string(),
                 std::to_string(missing_) + " announced bytes that never came", "none", ""});
  }
  file_.commit();
}

}  // namespace vgan
