#include "engine/data/readers/npy_header.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "engine/data/readers/content_guess.hpp"

namespace vgan {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view npy_magic = "\x93NUMPY"sv;
constexpr std::uint32_t most_header_bytes = 65535;  // all that version 1.0 can hold
constexpr std::size_t most_dimensions = 32;         // NumPy 1's own limit

// At most 40 bytes of the file's text, fit for a message.
std::string shown(std::string_view text) {
  std::string safe(text.substr(0, 40));
  for (char& c : safe) {
    if (c < ' ' || c > '~') c = '?';
  }
  return "'" + safe + "'";
}

// Parses the header's Python literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }
class HeaderParser {
 public:
  HeaderParser(const ByteSource& source, std::string_view text, std::uint64_t base)
      : source_(source), text_(text), base_(base) {}

  NpyHeader parse() {
    expect('{');
    while (!take('}')) {
      parse_entry();
      if (take(',')) continue;
      expect('}');
      break;
    }
    skip_space();
    if (at_ != text_.size()) fail("text after the header's dictionary", "only blanks");
    require(have_descr_, "descr");
    require(have_order_, "fortran_order");
    require(have_shape_, "shape");
    return std::move(header_);
  }

 private:
  void parse_entry() {
    skip_space();
    const std::size_t start = at_;
    const std::string key = quoted("a key");
    expect(':');
    skip_space();
    if (key == "descr" && !std::exchange(have_descr_, true)) {
      parse_descr();
    } else if (key == "fortran_order" && !std::exchange(have_order_, true)) {
      header_.fortran_order = boolean();
    } else if (key == "shape" && !std::exchange(have_shape_, true)) {
      parse_shape();
    } else {
      at_ = start;
      fail("the key " + shown(key), "descr, fortran_order and shape, once each");
    }
  }

  void parse_descr() {
    header_.descr_offset = base_ + at_;
    if (at_ < text_.size() && text_[at_] == '[') {
      fail("a structured dtype", "one number for each element",
           "a = numpy.stack([array[name] for name in array.dtype.names], -1), then numpy.save");
    }
    const std::size_t start = at_;
    header_.descr = quoted("a dtype");
    std::string_view rest = header_.descr;
    if (!rest.empty() && "<>|="sv.find(rest[0]) != std::string_view::npos) {
      header_.order = rest[0];
      rest.remove_prefix(1);
    }
    if (!rest.empty() && rest[0] == 'O') {
      at_ = start;
      fail("pickled Python objects (dtype " + shown(header_.descr) + ")",
           "numbers; pickled objects are never run",
           "a = numpy.array(array.tolist(), 'float64'), then numpy.save");
    }
    // Dates have their unit behind: '<M8[ns]'.
    if (const std::size_t unit = rest.find('['); unit != std::string_view::npos &&
                                                 rest.back() == ']' &&
                                                 (rest[0] == 'M' || rest[0] == 'm')) {
      rest = rest.substr(0, unit);
    }
    bool valid = rest.size() >= 2 && rest.size() <= 8 &&
                 ((rest[0] >= 'a' && rest[0] <= 'z') || (rest[0] >= 'A' && rest[0] <= 'Z'));
    for (const char c : rest.substr(rest.empty() ? 0 : 1)) {
      valid = valid && c >= '0' && c <= '9';
      if (valid) header_.item_bytes = header_.item_bytes * 10 + (c - '0');
    }
    if (!valid) {
      at_ = start;
      fail("the dtype " + shown(header_.descr), "a dtype such as '<f4' or '|u1'");
    }
    header_.kind = rest[0];
  }

  void parse_shape() {
    header_.shape_offset = base_ + at_;
    expect('(');
    while (!take(')')) {
      if (header_.shape.size() == most_dimensions) {
        fail("more dimensions", "at most " + std::to_string(most_dimensions));
      }
      header_.shape.push_back(integer());
      if (take(',')) continue;
      expect(')');
      break;
    }
  }

  std::int64_t integer() {
    skip_space();
    const std::size_t start = at_;
    std::int64_t value = 0;
    for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, text_[at_] - '0', &value)) {
        at_ = start;
        fail("a size beyond 2^63", "a size that fits the file");
      }
    }
    if (at_ == start) fail(next_text(), "a size of 0 or more");
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;  // Python 2 wrote long integers so
    return value;
  }

  bool boolean() {
    for (const auto& [word, value] : {std::pair{"True"sv, true}, std::pair{"False"sv, false}}) {
      if (text_.substr(at_, word.size()) == word) {
        at_ += word.size();
        return value;
      }
    }
    fail(next_text(), "True or False");
  }

  std::string quoted(const char* part) {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"') fail(next_text(), std::string(part) + " in quotes");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a quote that never closes", "a closed quote");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }

  void expect(char wanted) {
    if (!take(wanted)) fail(next_text(), "'" + std::string(1, wanted) + "'");
  }

  bool take(char wanted) {
    skip_space();
    if (at_ == text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ < text_.size() && " \t\r\n\f\v"sv.find(text_[at_]) != std::string_view::npos) ++at_;
  }

  std::string next_text() const {
    if (at_ == text_.size()) return "the end of the header";
    return shown(text_.substr(at_, 12));
  }

  void require(bool present, const char* key) const {
    if (!present) fail("no key '" + std::string(key) + "'", "descr, fortran_order and shape");
  }

  [[noreturn]] void fail(std::string found, std::string allowed,
                         std::string remedy = "save the array again with numpy.save") const {
    source_.fail(base_ + at_, std::move(found) + " in the .npy header", std::move(allowed),
                 std::move(remedy));
  }

  const ByteSource& source_;
  std::string_view text_;
  std::uint64_t base_;  // content offset of text_[0]
  std::size_t at_ = 0;
  NpyHeader header_;
  bool have_descr_ = false;
  bool have_order_ = false;
  bool have_shape_ = false;
};

// Reads the little-endian header length that follows the version: 16 bits in 1.0, 32 bits later.
std::uint32_t read_header_length(ByteSource& source, int major) {
  std::array<unsigned char, 4> raw{};
  source.read_exactly(raw.data(), major == 1 ? 2 : 4, "the .npy header");
  return std::uint32_t{raw[0]} | std::uint32_t{raw[1]} << 8 | std::uint32_t{raw[2]} << 16 |
         std::uint32_t{raw[3]} << 24;
}

// What elements that are no numbers are.
std::string elements_text(const NpyHeader& header) {
  switch (header.kind) {
    case 'U':
    case 'S': return "text";
    case 'c': return "complex numbers";
    case 'M': return "dates";
    case 'm': return "time spans";
    case 'V': return "raw bytes";
    default: return "elements of another kind";
  }
}

// A line of Python that makes numbers of them and has been tried; `a` is the array.
std::string numbers_remedy(char kind) {
  switch (kind) {
    case 'U':
    case 'S':
      return "if the text is of numbers, a = array.astype('float64'), then numpy.save; if it names "
             "classes, a = numpy.unique(array, return_inverse=True)[1].reshape(array.shape), "
             "then numpy.save";
    case 'c':
      return "a = numpy.stack([array.real, array.imag], -1), then numpy.save, with real and "
             "imaginary parts as channels";
    case 'M':
    case 'm': return "a = array.astype('int64'), then numpy.save";
    default: return "a = array.astype('float64'), then numpy.save";
  }
}

}  // namespace

std::string NpyHeader::shape_text() const {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::string NpyHeader::promise_text() const {
  return "the shape " + shape_text() + " of '" + descr + "'";
}

NpyHeader read_npy_header(ByteSource& source) {
  std::array<unsigned char, 8> start{};
  if (source.head().substr(0, npy_magic.size()) != npy_magic) {
    ContentGuess guess = guess_content(source.head());
    source.fail(0, std::move(guess.found), "a NumPy .npy array (magic 93 NUMPY)",
                std::move(guess.remedy));
  }
  source.read_exactly(start.data(), start.size(), "the .npy magic");
  const int major = start[6];
  if (major < 1 || major > 3 || start[7] != 0) {
    source.fail(6, ".npy version " + std::to_string(major) + "." + std::to_string(start[7]),
                "1.0, 2.0 or 3.0", "save the array again with numpy.save");
  }
  const std::uint64_t length_offset = source.offset();
  const std::uint32_t length = read_header_length(source, major);
  if (length > most_header_bytes) {
    source.fail(length_offset, "a header of " + std::to_string(length) + " bytes",
                "at most " + std::to_string(most_header_bytes),
                "save the array again with numpy.save");
  }
  const std::uint64_t base = source.offset();
  std::string text(length, ' ');
  source.read_exactly(text.data(), text.size(), "the .npy header");
  return HeaderParser(source, text, base).parse();
}

std::optional<ValueType> NpyHeader::number_type() const {
  for (const ValueTypeInfo& info : value_types) {
    if (info.npy_kind == kind && info.bytes == item_bytes) return info.type;
  }
  return std::nullopt;
}

ValueType require_numbers(const ByteSource& source, const NpyHeader& header,
                          const std::string& allowed) {
  if (const auto type = header.number_type()) return *type;
  source.fail(header.descr_offset, elements_text(header) + " (dtype '" + header.descr + "')",
              "whole numbers, floating-point numbers or booleans" + allowed,
              numbers_remedy(header.kind));
}

std::uint64_t count_elements(const ByteSource& source, const NpyHeader& header) {
  std::uint64_t bytes = static_cast<std::uint64_t>(header.item_bytes);
  for (const std::int64_t size : header.shape) {
    if (size == 0) {
      source.fail(header.shape_offset, "the shape " + header.shape_text(), "sizes of 1 or more",
                  "save an array that holds something");
    }
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes)) {
      source.fail(header.shape_offset, "the shape " + header.shape_text(),
                  "a product below 2^64 bytes", "save the array again with numpy.save");
    }
  }
  return bytes / static_cast<std::uint64_t>(header.item_bytes);
}

}  // namespace vgan
