// The records of a text file of a table, one after the other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/data/dialect.hpp"
#include "engine/data/readers/byte_source.hpp"

namespace vgan {

/// Goes over the records of a file, in memory that is bounded by the longest of them. Blank lines
/// and comments are passed over. Throws Error (bad_data), naming the line, for a quote that is not
/// closed, for text behind a closed one, for a NUL byte and for a record beyond `longest` bytes.
class DelimitedReader {
 public:
  static constexpr std::size_t longest = std::size_t{64} << 20;
  static constexpr std::size_t usual_chunk = std::size_t{256} << 10;

  /// `source` must be at its beginning and outlive the reader. `chunk`: bytes that are read at
  /// once.
  DelimitedReader(ByteSource& source, const Dialect& dialect, std::size_t chunk = usual_chunk);

  /// Puts the next record's cells, without the quotes or the blanks around them, into `cells`,
  /// where they are until the next call; false at the end of the file.
  bool next(std::vector<std::string_view>& cells);
  /// The line of the file, from 1, that the last record begins in.
  std::uint64_t line() const { return line_; }
  /// Bytes of the content up to the end of the last record.
  std::uint64_t bytes() const { return source_->offset() - (end_ - begin_); }
  /// "FILE, line 7": where a message about the last record puts it.
  std::string where() const;

 private:
  bool take_plain(std::vector<std::string_view>& cells);
  bool take_any(std::vector<std::string_view>& cells);
  bool fill();
  std::string_view take_line();
  void split(std::string_view record, std::vector<std::string_view>& cells) const;
  void split_blanks(std::string_view record, std::vector<std::string_view>& cells) const;
  void split_quoted(std::string_view record, std::vector<std::string_view>& cells);
  bool is_nothing(std::string_view record) const;

  ByteSource* source_;
  Dialect dialect_;
  std::size_t chunk_;
  std::vector<char> buffer_;  // what was read and not yet taken, from begin_ to end_, then NULs
  std::size_t begin_ = 0, end_ = 0;
  bool at_end_ = false;
  std::uint64_t next_line_ = 1;
  std::uint64_t line_ = 0;
  std::string unquoted_;  // the text of the last record's quoted cells
};

}  // namespace vgan
