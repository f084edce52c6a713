// Header of a safetensors file: from JSON events to checked tensors, without a JSON tree between.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "engine/checkpoint/safetensors_types.hpp"

namespace vgan {
namespace {

using nlohmann::json;

constexpr std::size_t longest_shape = 64;  // NumPy's own limit on dimensions
constexpr std::size_t longest_quote = 60;  // bytes of a file's text that an error repeats

std::string quote(std::string_view text) {
  if (text.size() <= longest_quote) return "'" + std::string(text) + "'";
  std::size_t end = longest_quote;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // whole UTF-8
  return "'" + std::string(text.substr(0, end)) + "...'";
}

// Receives the parser's events. The header's grammar has three levels only, so a position is one
// of a few places, and a document that is nested deeper stops at its first excess bracket.
class HeaderEvents {
 public:
  HeaderEvents(const std::string& where, SafetensorsHeader& header)
      : where_(where), header_(header) {}

  bool null() { return unexpected("null"); }
  bool boolean(bool) { return unexpected("a boolean"); }
  bool number_integer(json::number_integer_t) { return unexpected("a negative number"); }
  bool number_float(json::number_float_t, const std::string& text) {
    return unexpected("the number " + quote(text));
  }
  bool binary(json::binary_t&) { return unexpected("binary data"); }

  bool number_unsigned(json::number_unsigned_t value) {
    if (place_ == Place::shape) {
      if (value > std::numeric_limits<std::int64_t>::max()) {
        fail("the extent " + std::to_string(value), "at most 9223372036854775807");
      }
      if (tensor_.shape.size() == longest_shape) {
        fail("a shape of more than 64 dimensions", "at most 64");
      }
      tensor_.shape.push_back(static_cast<std::int64_t>(value));
    } else if (place_ == Place::offsets) {
      if (offset_count_ == 2) fail("a third data offset", "two");
      (offset_count_++ == 0 ? tensor_.begin : tensor_.end) = value;
    } else {
      return unexpected("a number");
    }
    return true;
  }

  bool string(std::string& value) {
    if (place_ == Place::metadata) {
      if (!header_.metadata.emplace(key_, std::move(value)).second) fail_twice();
    } else if (place_ == Place::tensor && key_ == "dtype") {
      const auto type = tensor_type_from_name(value);
      if (!type) fail("the dtype " + quote(value), "F64, F32, F16, BF16, F8_*, I*, U* or BOOL");
      tensor_.type = *type;
    } else {
      return unexpected("a string");
    }
    return true;
  }

  bool key(std::string& value) {
    key_ = std::move(value);
    if (place_ == Place::tensor) {
      unsigned bit = 0;
      if (key_ == "dtype") bit = 1;
      if (key_ == "shape") bit = 2;
      if (key_ == "data_offsets") bit = 4;
      if (bit == 0) fail("the key " + quote(key_), "dtype, shape, data_offsets");
      if ((seen_ & bit) != 0) fail_twice();
      seen_ |= bit;
    }
    return true;
  }

  bool start_object(std::size_t) {
    if (place_ == Place::outside) {
      place_ = Place::top;
    } else if (place_ == Place::top && key_ == metadata_key) {
      if (has_metadata_) fail_twice();
      has_metadata_ = true;
      place_ = Place::metadata;
    } else if (place_ == Place::top) {
      if (header_.tensors.count(key_) != 0) fail_twice();
      name_ = key_;
      tensor_ = {};
      seen_ = 0;
      offset_count_ = 0;
      place_ = Place::tensor;
    } else {
      return unexpected("an object");
    }
    return true;
  }

  bool end_object() {
    if (place_ == Place::tensor) {
      if (seen_ != 7) fail("a tensor without all its keys", "dtype, shape, data_offsets");
      if (offset_count_ != 2) fail("fewer than two data offsets", "two");
      header_.tensors.emplace(std::move(name_), std::move(tensor_));
    }
    place_ = place_ == Place::top ? Place::outside : Place::top;
    return true;
  }

  bool start_array(std::size_t) {
    if (place_ == Place::tensor && key_ == "shape") {
      place_ = Place::shape;
    } else if (place_ == Place::tensor && key_ == "data_offsets") {
      place_ = Place::offsets;
    } else {
      return unexpected("an array");
    }
    return true;
  }

  bool end_array() {
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const json::exception& error) {
    // The library's text is "... parse error at ...: syntax error ...; last read: '...'...", where
    // the last part repeats bytes of the file.
    const std::string text = error.what();
    const std::size_t from = text.find("syntax error");
    const std::string syntax =
        from == std::string::npos ? "invalid JSON" : text.substr(from, text.find(';', from) - from);
    throw Error(ErrorCode::bad_data,
                {"invalid safetensors header", where_ + ", byte " + std::to_string(8 + position),
                 syntax, "JSON in UTF-8", ""});
  }

 private:
  enum class Place { outside, top, metadata, tensor, shape, offsets };

  [[noreturn]] void fail(const std::string& found, const std::string& allowed) const {
    std::string where = where_;
    if (place_ == Place::top || place_ == Place::metadata) where += ", " + quote(key_);
    if (place_ >= Place::tensor) where += ", tensor " + quote(name_);
    throw Error(ErrorCode::bad_data, {"invalid safetensors header", where, found, allowed, ""});
  }
  [[noreturn]] void fail_twice() const { fail("the key " + quote(key_) + " twice", "once"); }

  bool unexpected(const std::string& found) const {
    switch (place_) {
      case Place::outside: fail(found, "an object");
      case Place::top: fail(found, "an object for each tensor");
      case Place::metadata: fail(found, "text values in __metadata__");
      case Place::tensor: fail(found, "a text dtype, lists for shape and data_offsets");
      default: fail(found, "integers from 0 to 2^64 - 1");
    }
  }

  const std::string& where_;
  SafetensorsHeader& header_;
  Place place_ = Place::outside;
  std::string key_;
  std::string name_;  // of the tensor that is being read
  TensorInfo tensor_;
  unsigned seen_ = 0;  // 1 dtype, 2 shape, 4 data_offsets
  int offset_count_ = 0;
  bool has_metadata_ = false;
};

[[noreturn]] void fail(const std::string& where, const std::string& found,
                       const std::string& allowed) {
  throw Error(ErrorCode::bad_data, {"invalid safetensors header", where, found, allowed, ""});
}

// The format's own rules on the text around the JSON, which a JSON parser would not enforce.
std::string_view without_padding(std::string_view text, const std::string& where) {
  if (text.empty() || text.front() != '{') {
    fail(where + ", byte 8", text.empty() ? "an empty header" : "another first character", "'{'");
  }
  // A zero byte would end the text for the parser, and what follows would go unread.
  const std::size_t zero = text.find('\0');
  if (zero != std::string_view::npos) {
    fail(where + ", byte " + std::to_string(8 + zero), "a zero byte", "JSON in UTF-8");
  }
  const std::size_t last = text.find_last_not_of(' ');
  if (text[last] != '}') {
    fail(where + ", byte " + std::to_string(8 + last), "another last character",
         "'}', then blanks");
  }
  return text.substr(0, last + 1);
}

using NamedTensor = std::pair<const std::string, TensorInfo>;

void check_tensor(const NamedTensor& tensor, std::uint64_t data_size, const std::string& where) {
  const TensorInfo& info = tensor.second;
  const std::string place = where + ", tensor " + quote(tensor.first);
  const std::string offsets =
      "data offsets " + std::to_string(info.begin) + " to " + std::to_string(info.end);
  if (info.begin > info.end) fail(place, offsets, "the first at most the second");
  if (info.end > data_size) fail(place, offsets, "at most " + std::to_string(data_size));
  const std::size_t size = tensor_type_size(info.type);
  if (info.begin % size != 0) fail(place, offsets, "a multiple of " + std::to_string(size));
  const std::uint64_t bytes = tensor_bytes(info.type, info.shape, ErrorCode::bad_data, place);
  if (bytes != info.end - info.begin) {
    fail(place, offsets, std::to_string(bytes) + " bytes, as its type and shape say");
  }
}

// Sorted by where they begin, the tensors must follow each other from 0 to the data's end.
void check_cover(const SafetensorsHeader& header, std::uint64_t data_size,
                 const std::string& where) {
  std::vector<const NamedTensor*> order;
  order.reserve(header.tensors.size());
  for (const NamedTensor& tensor : header.tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  std::uint64_t at = 0;
  for (const NamedTensor* tensor : order) {
    const TensorInfo& info = tensor->second;
    if (info.begin != at) {
      fail(where + ", tensor " + quote(tensor->first),
           std::string(info.begin < at ? "an overlap" : "a hole") + " at data offset " +
               std::to_string(std::min(info.begin, at)),
           "data offset " + std::to_string(at));
    }
    at = info.end;
  }
  if (at != data_size) {
    fail(where, std::to_string(data_size - at) + " bytes after the last tensor", "none");
  }
}

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, std::uint64_t file_size,
                                           const std::string& where) {
  SafetensorsHeader header;
  header.file_size = file_size;
  header.data_offset = 8 + text.size();
  if (header.data_offset > file_size) {
    fail(where, "a header of " + std::to_string(text.size()) + " bytes",
         "at most the file's " + std::to_string(file_size) + " bytes");
  }
  const std::string_view document = without_padding(text, where);
  HeaderEvents events(where, header);
  if (!json::sax_parse(document.begin(), document.end(), &events)) fail(where, "no JSON", "JSON");
  const std::uint64_t data_size = file_size - header.data_offset;
  for (const NamedTensor& tensor : header.tensors) check_tensor(tensor, data_size, where);
  check_cover(header, data_size, where);
  return header;
}

}  // namespace vgan
