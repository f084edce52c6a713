#include "engine/error.hpp"

#include <utility>

namespace vgan {
namespace {

// A message stays on one line whatever a file or a setting put into it.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

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
  return one_line(std::move(line));
}

}  // namespace

Error::Error(ErrorCode code, ErrorDetail detail)
    : std::runtime_error(join(detail)), code_(code), detail_(std::move(detail)) {}

}  // namespace vgan
