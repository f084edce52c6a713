#include "engine/data/readers/column_reader.hpp"

#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"

namespace vgan {
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

void require_text(std::string_view text, const std::function<std::string()>& where) {
  constexpr std::size_t longest = 4096;
  if (!is_utf8(text)) {
    throw Error(ErrorCode::bad_data, {table_failure, where(), "bytes that are not UTF-8", "UTF-8",
                                      "convert the file with iconv -t UTF-8"});
  }
  if (text.size() <= longest) return;
  throw Error(ErrorCode::bad_data, {table_failure, where(), quoted_text(text),
                                    "a word of up to " + grouped(std::uint64_t{longest}) + " bytes",
                                    "leave the column out"});
}

bool is_one_of(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

void ColumnReader::make_words() {
  column_.numeric = false;
  column_.cells.assign(column_.numbers.size(), -1);
  column_.numbers = {};
}

}  // namespace vgan
