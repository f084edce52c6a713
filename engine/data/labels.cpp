#include "engine/data/labels.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy_header.hpp"
#include "engine/data/readers/npz.hpp"
#include "engine/data/readers/stored_number.hpp"

namespace vgan {
namespace {

constexpr std::size_t longest_name = 256;  // bytes
constexpr const char* allowed_numbers = "whole numbers from 0 to 2147483647";
constexpr const char* number_them =
    "a = numpy.unique(array, return_inverse=True)[1], then numpy.save, numbers the classes from 0";

using Where = std::function<std::string(std::size_t row)>;

std::optional<std::int32_t> class_of(double value) {
  if (!(value >= 0.0 && value <= 2147483647.0) || value != std::floor(value)) return std::nullopt;
  return static_cast<std::int32_t>(value);
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | (code >> 18 & 0x07));
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

[[noreturn]] void refuse(const std::string& what, const std::string& where,
                         const std::string& found, const std::string& allowed,
                         const std::string& remedy) {
  throw Error(ErrorCode::bad_data, {what, where, found, allowed, remedy});
}

void require_names(const std::string& what, const std::vector<std::string>& words,
                   const Where& where) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto refuse_name = [&](const char* found, const char* remedy) {
      refuse(what, where(i), found, "names of 1 to 256 bytes of UTF-8", remedy);
    };
    if (words[i].empty()) refuse_name("a label without text", "give each trial a label");
    if (words[i].size() > longest_name) {
      refuse_name("a label of more than 256 bytes", "give each class a short name");
    }
    if (!is_utf8(words[i])) {  // names go into checkpoints, which are UTF-8
      refuse_name("a label that is not UTF-8",
                  "write it as UTF-8: iconv -f latin1 -t utf-8 for a text file, "
                  "numpy.char.decode(array, 'latin1') for an array");
    }
  }
}

// Words that are numbers, every one, are those numbers; otherwise all are names.
Labels labels_of(const std::string& what, const std::vector<std::string>& words,
                 const Where& where) {
  require_names(what, words, where);
  Labels labels;
  const bool numbers = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return read_number<double>(word).has_value();
  });
  if (!numbers) {
    labels.names = words;
    std::sort(labels.names.begin(), labels.names.end());
    labels.names.erase(std::unique(labels.names.begin(), labels.names.end()), labels.names.end());
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!numbers) {
      const auto at = std::lower_bound(labels.names.begin(), labels.names.end(), words[i]);
      labels.classes.push_back(static_cast<std::int32_t>(at - labels.names.begin()));
    } else if (const auto label = class_of(*read_number<double>(words[i]))) {
      labels.classes.push_back(*label);
    } else {
      refuse(what, where(i), "the label " + words[i], allowed_numbers,
             "number the classes from 0, or give them names");
    }
  }
  return labels;
}

// One element of '<U5' (32-bit code points) or '|S5' (bytes), without the NULs that fill it up.
std::string word_of(const char* bytes, std::size_t width, const NpyHeader& header) {
  std::string word;
  for (std::size_t at = 0; at < width; at += header.kind == 'U' ? 4 : 1) {
    if (header.kind == 'S') {
      word += bytes[at];
      continue;
    }
    std::uint32_t code = 0;
    std::memcpy(&code, bytes + at, 4);
    append_utf8(word, header.swapped() ? swap_bytes(code) : code);
  }
  word.erase(word.find_last_not_of('\0') + 1);
  return word;
}

Labels read_npy_words(ByteSource& source, const NpyHeader& header, std::uint64_t rows) {
  const auto width = static_cast<std::uint64_t>(header.item_bytes) * (header.kind == 'U' ? 4 : 1);
  std::uint64_t bytes = 0;
  if (width == 0 || __builtin_mul_overflow(rows, width, &bytes)) {
    source.fail(header.descr_offset, "text of dtype '" + header.descr + "'",
                "one letter or more for each label", "save the array again with numpy.save");
  }
  const std::uint64_t data_offset = source.offset();
  source.expect_data(bytes, 2 * bytes, header.promise_text());
  const std::vector<char> stored = source.read_values<char>(bytes);
  source.expect_end();
  std::vector<std::string> words;
  for (std::uint64_t row = 0; row < rows; ++row) {
    words.push_back(word_of(stored.data() + row * width, width, header));
  }
  return labels_of("cannot read .npy labels", words, [&](std::size_t row) {
    return source.where(data_offset + row * width) + ", row " + std::to_string(row);
  });
}

// A line without its quotation marks, or nothing where it has another column.
std::optional<std::string> only_column(const std::string& line) {
  if (line.empty() || line[0] != '"') {
    if (line.find_first_of(",\t") != std::string::npos) return std::nullopt;
    return line;
  }
  std::string word;
  std::size_t at = 1;
  for (; at < line.size(); ++at) {
    if (line[at] == '"' && (at + 1 == line.size() || line[at + 1] != '"')) break;
    if (line[at] == '"') ++at;
    word += line[at];
  }
  if (at + 1 != line.size()) return std::nullopt;
  return word;
}

// The product, or of larger ones the greatest number there is: what no file holds.
std::uint64_t product(std::uint64_t a, std::uint64_t b) {
  std::uint64_t made = 0;
  return __builtin_mul_overflow(a, b, &made) ? std::numeric_limits<std::uint64_t>::max() : made;
}

}  // namespace

Labels read_stored_labels(ByteSource& source, const StoredLabels& stored) {
  const std::uint64_t data_offset = source.offset();
  const auto bytes = static_cast<std::uint64_t>(info_of(stored.type).bytes);
  const std::uint64_t count =
      product(static_cast<std::uint64_t>(stored.rows), static_cast<std::uint64_t>(stored.columns));
  source.expect_data(product(count, bytes), product(count, sizeof(double) + sizeof(std::int32_t)),
                     stored.promise);
  const auto numbers = read_numbers_as<double>(source, stored.type, stored.swapped, count);
  source.expect_end();
  Labels labels;
  labels.classes.reserve(static_cast<std::size_t>(stored.rows));
  const auto columns = static_cast<std::size_t>(stored.columns);
  for (std::size_t row = 0; row < static_cast<std::size_t>(stored.rows); ++row) {
    const double value = numbers[row * columns];
    const auto label = class_of(value);
    if (!label) {
      source.fail(data_offset + row * columns * bytes,
                  "the label " + general_text(value, 17) + " in row " + std::to_string(row),
                  allowed_numbers, number_them);
    }
    labels.classes.push_back(*label);
  }
  if (columns > 1) {
    labels.notes.push_back(source.name() + ": the first of its " + std::to_string(columns) +
                           " columns is taken for the label");
  }
  return labels;
}

namespace {

Labels read_npy_array(ByteSource& source) {
  const NpyHeader header = read_npy_header(source);
  const bool words = header.kind == 'U' || header.kind == 'S';
  const ValueType type = words ? ValueType::u8 : require_numbers(source, header, ", or text");
  const bool one_column =
      header.shape.size() == 1 || (header.shape.size() == 2 && header.shape[1] == 1);
  if (!one_column) {
    source.fail(
        header.shape_offset, "the shape " + header.shape_text(), "one dimension (N,)",
        header.shape.empty()
            ? "a = array.reshape(1), then numpy.save"
            : "a = array.reshape(len(array), -1)[:, 0], then numpy.save, is the first column");
  }
  if (words) return read_npy_words(source, header, static_cast<std::uint64_t>(header.shape[0]));
  count_elements(source, header);
  return read_stored_labels(source,
                            {type, header.swapped(), header.shape[0], 1, header.promise_text()});
}

constexpr const char* what_npy = "cannot read .npy labels";

}  // namespace

Labels read_npy_labels(const std::filesystem::path& path) {
  ByteSource source(path, what_npy);
  return read_npy_array(source);
}

Labels read_text_labels(const std::filesystem::path& path) {
  ByteSource source(path, "cannot read labels");
  std::string text;
  std::vector<char> chunk(1 << 16);
  while (const std::size_t got = source.read_some(chunk.data(), chunk.size())) {
    text.append(chunk.data(), got);
  }
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    const auto word = only_column(line);
    if (!word) {
      refuse("cannot read labels", path.string() + ", line " + std::to_string(words.size() + 1),
             "more than one column", "one label a line",
             "leave its column alone: cut -d, -f1 FILE > labels.txt for the first");
    }
    words.push_back(*word);
    at = end + 1;
  }
  return labels_of("cannot read labels", words, [&](std::size_t row) {
    return path.string() + ", line " + std::to_string(row + 1);
  });
}

Labels read_labels(const std::filesystem::path& path) {
  if (const auto part = npz_part(path, "labels")) {
    ByteSource array = open_npz_array(*part, what_npy);
    return read_npy_array(array);
  }
  const ByteSource source(path, "cannot read labels");
  const std::string_view head = source.head();
  if (head.starts_with("\x93NUMPY")) return read_npy_labels(path);
  if (head.substr(0, 2) == std::string_view("\0\0", 2)) return read_idx_labels(path);
  if (is_text(head)) return read_text_labels(path);
  ContentGuess guess = guess_content(head);
  source.fail(0, std::move(guess.found),
              "IDX labels (magic 00 00 TYPE 01), a .npy array (magic 93 NUMPY), one in an .npz "
              "file, or a text file of one label a line",
              std::move(guess.remedy));
}

}  // namespace vgan
