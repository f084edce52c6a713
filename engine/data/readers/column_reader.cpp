#include "engine/data/readers/column_reader.hpp"

#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"
#include "engine/data/schema.hpp"

namespace vgan {
namespace {

constexpr std::size_t longest_word = 4096;

}  // namespace

std::string quoted_text(std::string_view text) {
  const std::string shown = shortened(std::string(text));
  if (shown.size() == text.size()) return "'" + shown + "'";
  return "'" + shown + "' of " + grouped(std::uint64_t{text.size()}) + " bytes";
}

std::string remedy_for(std::string_view text) {
  if (text == "inf" || text == "-inf" || text == "Inf" || text == "-Inf" || text == "Infinity") {
    return "leave the row out, or write NA where the value is not known";
  }
  if (text.find_first_of("0123456789") != std::string_view::npos) {
    return "write numbers without units, signs of money or per cent, and separators of thousands";
  }
  return "write NA where there is no value";
}

// Words and names go into checkpoints.
bool is_plain_text(std::string_view text) { return text.size() <= longest_word && is_utf8(text); }

void require_text(std::string_view text, const std::string& where) {
  if (!is_utf8(text)) {
    throw Error(ErrorCode::bad_data, {cannot_read_table, where, "bytes that are not UTF-8", "UTF-8",
                                      "convert the file with iconv -t UTF-8"});
  }
  if (text.size() <= longest_word) return;
  throw Error(ErrorCode::bad_data,
              {cannot_read_table, where, quoted_text(text),
               "a word of up to " + grouped(std::uint64_t{longest_word}) + " bytes",
               "leave the column out"});
}

std::uint64_t ColumnReader::bytes_of_row() {
  constexpr std::uint64_t of_trial = 12;  // a double for each of its numbers, and a float
  constexpr std::uint64_t most_numbers = 256;
  constexpr std::uint64_t of_number = 2 * sizeof(double);  // as vectors grow
  if (plan_.left_out) return of_number;
  if (column_.numeric) {
    for (; weighed_ < column_.numbers.size() && values_.size() <= most_choices; ++weighed_) {
      const double number = column_.numbers[weighed_];
      const auto at = std::lower_bound(values_.begin(), values_.end(), number);
      if (!std::isnan(number) && (at == values_.end() || *at != number)) values_.insert(at, number);
    }
    const bool choice = values_.size() <= most_choices;
    return of_number + of_trial * (choice ? std::max<std::size_t>(values_.size(), 1) : 1);
  }
  return sizeof(std::int32_t) +
         of_trial * std::min<std::uint64_t>(column_.words.size(), most_numbers);
}

void ColumnReader::move_last_to(std::optional<std::int64_t> place) {
  const auto move = [&](auto& cells) {
    if (place) cells[static_cast<std::size_t>(*place)] = cells.back();
    cells.pop_back();
  };
  const auto last = static_cast<std::int64_t>(
      (column_.numeric ? column_.numbers.size() : column_.cells.size()) - 1);
  const bool gone_is_missing = column_.is_missing(place.value_or(last));
  if (gone_is_missing && !plan_.left_out) --column_.missing;
  if (column_.numeric) {
    move(column_.numbers);
  } else {
    move(column_.cells);
  }
}

void ColumnReader::forget_words() {
  std::vector<std::int32_t> place(column_.words.size(), -1);
  std::vector<std::string> words;
  for (std::int32_t& cell : column_.cells) {
    if (cell < 0) continue;
    std::int32_t& at = place[static_cast<std::size_t>(cell)];
    if (at < 0) {
      at = static_cast<std::int32_t>(words.size());
      words.push_back(std::move(column_.words[static_cast<std::size_t>(cell)]));
    }
    cell = at;
  }
  column_.words = std::move(words);
  known_.clear();
  bytes_of_words_ = 0;
  for (std::size_t i = 0; i < column_.words.size(); ++i) {
    known_.emplace(column_.words[i], static_cast<std::int32_t>(i));
    bytes_of_words_ += bytes_beside_word + 2 * column_.words[i].size();
  }
}

void ColumnReader::forget_some_words(std::int64_t rows) {
  constexpr std::int64_t few = 1 << 10;
  if (std::ssize(column_.words) > 2 * rows + few) forget_words();
}

void ColumnReader::put_in_order(const std::vector<std::size_t>& order) {
  const auto put = [&](auto& cells) {
    std::decay_t<decltype(cells)> put_cells;
    put_cells.reserve(order.size());
    for (const std::size_t from : order) put_cells.push_back(cells[from]);
    cells = std::move(put_cells);
  };
  if (column_.numeric) {
    put(column_.numbers);
  } else {
    put(column_.cells);
    forget_words();
  }
  column_.counts_all_rows = column_.numeric && counts_ && numbers_ > 0;
}

}  // namespace vgan
