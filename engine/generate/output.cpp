#include "engine/generate/output.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/base/error.hpp"

namespace vgan {

Output::Output(const std::string& out, const std::string& what) : what_(what) {
  if (out != "-") file_.emplace(out, what);
}

void Output::put(const void* data, std::size_t bytes) {
  if (file_) return file_->write(data, bytes);
  const auto* at = static_cast<const char*>(data);
  while (bytes > 0) {
    const ssize_t written = ::write(STDOUT_FILENO, at, bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      throw Error(ErrorCode::io, {what_, "standard output", std::strerror(errno), "", ""});
    }
    at += written;
    bytes -= static_cast<std::size_t>(written);
  }
}

void Output::finish() {
  if (file_) file_->commit();
}

}  // namespace vgan
