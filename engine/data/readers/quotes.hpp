// Where the quotes of a record of a table open and close.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/data/dialect.hpp"

namespace vgan {

/// Whether a record is inside quotes at the point up to which it was seen. Quotes count from a
/// cell's beginning alone.
class Quotes {
 public:
  explicit Quotes(char delimiter) : delimiter_(delimiter) {}

  bool open() const { return open_; }
  /// Goes over the next part of the record, which ends where a line does.
  void see(std::string_view part) {
    for (std::size_t i = 0; i < part.size(); ++i) {
      const char c = part[i];
      if (open_) {
        if (c != '"') continue;
        const bool twice = i + 1 < part.size() && part[i + 1] == '"';
        if (twice) ++i;
        open_ = twice;
      } else if (c == '"' && at_beginning_) {
        open_ = true;
        at_beginning_ = false;
      } else if (c == delimiter_) {
        at_beginning_ = true;
      } else if (is_blank(c)) {
        at_beginning_ = at_beginning_ || delimiter_ == ' ';
      } else {
        at_beginning_ = false;
      }
    }
  }

 private:
  char delimiter_;
  bool open_ = false;
  bool at_beginning_ = true;
};

}  // namespace vgan
