#include "engine/data/readers/delimited.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/base/error.hpp"
#include "engine/data/readers/byte_words.hpp"
#include "engine/data/readers/quotes.hpp"

namespace vgan {
namespace {

constexpr const char* what = "cannot read a table";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool has(std::string_view text, char c) {
  return !text.empty() && std::memchr(text.data(), c, text.size()) != nullptr;
}

}  // namespace

DelimitedReader::DelimitedReader(ByteSource& source, const Dialect& dialect, std::size_t chunk)
    : source_(&source), dialect_(dialect), chunk_(std::max<std::size_t>(chunk, 1)) {
  while (end_ < byte_order_mark.size() && fill()) continue;
  if (std::string_view(buffer_.data(), end_).starts_with(byte_order_mark)) {
    begin_ = byte_order_mark.size();
  }
}

std::string DelimitedReader::where() const {
  return source_->name() + ", line " + std::to_string(line_);
}

// Reads on behind what is not yet taken; false at the end of the file.
bool DelimitedReader::fill() {
  if (at_end_) return false;
  const std::size_t have = end_ - begin_;
  if (have > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, have);
  begin_ = 0;
  // A long record grows the buffer by as much as it has, so that its bytes are moved but twice.
  // No more room than the file can fill, and a byte to see its end by.
  const std::uint64_t left =
      source_->most_bytes() - std::min(source_->most_bytes(), source_->offset());
  const auto more =
      static_cast<std::size_t>(std::min<std::uint64_t>(std::max(chunk_, have), left + 1));
  // Behind them come NULs, up to where take_plain looks.
  const std::size_t needed = have + more + sizeof(std::uint64_t);
  if (buffer_.size() < needed) buffer_.resize(needed);
  const std::size_t got = source_->read_some(buffer_.data() + have, more);
  end_ = have + got;
  std::memset(buffer_.data() + end_, 0, sizeof(std::uint64_t));
  at_end_ = got < more;
  return got > 0;
}

// The record that begins at `begin_`: a line, or several where quotes hold their ends.
std::string_view DelimitedReader::take_line() {
  line_ = next_line_;
  std::size_t searched = 0;  // bytes from begin_ on that are no end of the record
  Quotes quotes(dialect_.delimiter);
  for (;;) {
    const std::size_t left = end_ - begin_ - searched;
    const char* const from = buffer_.data() + begin_ + searched;
    const void* const found = left > 0 ? std::memchr(from, '\n', left) : nullptr;
    if (searched + (found == nullptr ? left : 0) > longest) {
      throw Error(ErrorCode::bad_data, {what, where(), "a row of more than 64 MiB", "shorter rows",
                                        "look for a quote that is not closed"});
    }
    if (found == nullptr && !at_end_) {
      fill();  // which moves what `from` points to; `searched` counts from begin_
      continue;
    }
    const std::size_t part =
        found == nullptr ? left : static_cast<std::size_t>(static_cast<const char*>(found) - from);
    const bool comment = dialect_.comment != '\0' && buffer_[begin_] == dialect_.comment;
    if (!comment && (quotes.open() || has({from, part}, '"'))) quotes.see({from, part});
    if (quotes.open() && found == nullptr) {
      throw Error(ErrorCode::bad_data, {what, where(), "a quote that is not closed by the end",
                                        "a second quote", "close it, or write it twice"});
    }
    ++next_line_;
    if (quotes.open()) {
      searched += part + 1;
      continue;
    }
    std::string_view record(buffer_.data() + begin_, searched + part);
    begin_ += searched + part + (found == nullptr ? 0 : 1);
    if (record.ends_with('\r')) record.remove_suffix(1);
    return record;
  }
}

// A tab is a delimiter where tabs are, and a line of them a row without values.
bool DelimitedReader::is_nothing(std::string_view record) const {
  return std::all_of(record.begin(), record.end(),
                     [&](char c) { return is_blank(c) && (c != dialect_.delimiter || c == ' '); });
}

bool DelimitedReader::next(std::vector<std::string_view>& cells) {
  return take_plain(cells) || take_any(cells);
}

// The short way, eight bytes at a time, for a record that is a line without quotes and lies in the
// buffer as a whole. False, with nothing taken, where the next one may be another.
bool DelimitedReader::take_plain(std::vector<std::string_view>& cells) {
  const char delimiter = dialect_.delimiter;
  const char* const begin = buffer_.data() + begin_;
  if (delimiter == ' ' || (dialect_.comment != '\0' && *begin == dialect_.comment)) return false;
  // Line ends, quotes, NULs and most delimiters are below the digits; so are blanks, which say
  // nothing here.
  constexpr char above = ',' + 1;
  const char* from = begin;  // of the cell
  std::size_t count = 0;     // of cells
  const auto add = [&](const char* end) {
    if (count == cells.size()) cells.resize(2 * count + 8);
    cells[count++] = trimmed({from, static_cast<std::size_t>(end - from)});
    from = end + 1;
  };
  for (const char* eight = begin;; eight += sizeof(std::uint64_t)) {
    const std::uint64_t bytes = load_eight(eight);
    std::uint64_t stops = bytes_below<above>(bytes) | bytes_that_are(bytes, delimiter);
    for (; stops != 0; stops &= stops - 1) {
      const char* const at = eight + std::countr_zero(stops) / 8;
      if (*at == delimiter) {
        add(at);
      } else if (*at == '\n') {
        add(at > from && at[-1] == '\r' ? at - 1 : at);
        cells.resize(count);
        if (count == 1 && cells[0].empty()) return false;  // a blank line
        begin_ += static_cast<std::size_t>(at + 1 - begin);
        line_ = next_line_++;
        return true;
      } else if (*at == '"' || *at == '\0') {
        return false;
      }
    }
  }
}

// The long way, for any record, which take_plain's are tested against.
bool DelimitedReader::take_any(std::vector<std::string_view>& cells) {
  for (;;) {
    if (begin_ >= end_ && !fill()) return false;
    const std::string_view record = take_line();
    if (is_nothing(record)) continue;
    if (dialect_.comment != '\0' && record.front() == dialect_.comment) continue;
    if (has(record, '\0')) {
      throw Error(ErrorCode::bad_data, {what, where(), "a NUL byte", "text",
                                        "if it is UTF-16, convert it with iconv -t UTF-8"});
    }
    cells.clear();
    if (has(record, '"')) {
      split_quoted(record, cells);
    } else if (dialect_.delimiter == ' ') {
      split_blanks(record, cells);
    } else {
      split(record, cells);
    }
    return true;
  }
}

void DelimitedReader::split(std::string_view record, std::vector<std::string_view>& cells) const {
  const char* const end = record.data() + record.size();
  const char* from = record.data();
  for (const char* at = from; at < end; ++at) {
    if (*at != dialect_.delimiter) continue;
    cells.push_back(trimmed({from, static_cast<std::size_t>(at - from)}));
    from = at + 1;
  }
  cells.push_back(trimmed({from, static_cast<std::size_t>(end - from)}));
}

void DelimitedReader::split_blanks(std::string_view record,
                                   std::vector<std::string_view>& cells) const {
  record = trimmed(record);
  while (!record.empty()) {
    const std::size_t end = std::min(record.find_first_of(" \t"), record.size());
    cells.push_back(record.substr(0, end));
    record = trimmed(record.substr(end));
  }
}

void DelimitedReader::split_quoted(std::string_view record, std::vector<std::string_view>& cells) {
  unquoted_.clear();
  unquoted_.reserve(record.size());  // never moves: views of it stand in `cells`
  const bool blanks = dialect_.delimiter == ' ';
  const auto is_delimiter = [&](char c) { return blanks ? is_blank(c) : c == dialect_.delimiter; };
  std::size_t at = 0;
  for (;;) {
    while (at < record.size() && is_blank(record[at]) && (blanks || !is_delimiter(record[at])))
      ++at;
    if (blanks && at == record.size()) return;
    if (at < record.size() && record[at] == '"') {
      const std::size_t from = unquoted_.size();
      for (++at; at < record.size(); ++at) {
        if (record[at] == '"' && (at + 1 == record.size() || record[at + 1] != '"')) break;
        if (record[at] == '"') ++at;
        unquoted_ += record[at];
      }
      ++at;  // the closing quote, which take_line has seen
      cells.push_back(std::string_view(unquoted_).substr(from));
      while (at < record.size() && is_blank(record[at]) && !is_delimiter(record[at])) ++at;
      if (at < record.size() && !is_delimiter(record[at])) {
        throw Error(
            ErrorCode::bad_data,
            {what, where() + ", column " + std::to_string(cells.size()),
             "text behind a closed quote", "the next cell", "write a quote inside quotes twice"});
      }
    } else {
      std::size_t end = at;
      while (end < record.size() && !is_delimiter(record[end])) ++end;
      cells.push_back(trimmed(record.substr(at, end - at)));
      at = end;
    }
    if (at >= record.size()) return;
    ++at;
  }
}

}  // namespace vgan
