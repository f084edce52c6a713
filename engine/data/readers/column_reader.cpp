#include "engine/data/readers/column_reader.hpp"

#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"

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

}  // namespace vgan
