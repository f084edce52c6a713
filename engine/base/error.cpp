#include "engine/base/error.hpp"

#include <utility>

#include "engine/base/printable.hpp"

namespace vgan {
namespace {

std::string join(const ErrorDetail& detail) {
  std::string line = detail.what;
  if (!detail.where.empty()) line += ": " + detail.where;
  const char* separator = ": ";
  const auto append = [&](const char* label, const std::string& text) {
    if (text.empty()) return;
    line += separator;
    line += label + text;
    separator = "; ";
  };
  append("found ", detail.found);
  append("allowed ", detail.allowed);
  append("", detail.remedy);
  // One line, whatever a file or a setting put into it.
  return printable(line);
}

}  // namespace

Error::Error(ErrorCode code, ErrorDetail detail)
    : std::runtime_error(join(detail)), code_(code), detail_(std::move(detail)) {}

}  // namespace vgan
