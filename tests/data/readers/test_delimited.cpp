// Records and their cells, against a reader that goes over the text a character at a time.
#include "engine/data/readers/delimited.hpp"

#include <optional>

#include "engine/base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/memory_file.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

struct Record {
  std::uint64_t line = 0;
  std::vector<std::string> cells;

  bool operator==(const Record&) const = default;
};

/// The records up to the end, or up to the one that cannot be read, which begins at `broken`.
struct Records {
  std::vector<Record> all;
  std::optional<std::uint64_t> broken;

  bool operator==(const Records&) const = default;
};

/// Reads a text by the rules, a character at a time: the twin.
class PlainReader {
 public:
  PlainReader(std::string text, const Dialect& dialect) : text_(std::move(text)), d_(dialect) {
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  Records read() {
    Records found;
    while (at_ < text_.size()) {
      const std::uint64_t line = line_;
      const bool comment = d_.comment != '\0' && text_[at_] == d_.comment;
      const std::optional<std::string> record = comment ? to_line_end() : to_record_end();
      if (comment || (record && is_blank_line(*record))) continue;
      std::optional<std::vector<std::string>> cells;
      if (record && record->find('\0') == std::string::npos) cells = cells_of(*record);
      if (!cells) {
        found.broken = line;
        return found;
      }
      found.all.push_back({line, *cells});
    }
    return found;
  }

 private:
  bool is_delimiter(char c) const { return d_.delimiter == ' ' ? is_blank(c) : c == d_.delimiter; }
  bool is_margin(char c) const { return is_blank(c) && !is_delimiter(c); }

  std::optional<std::string> to_line_end() {
    std::string line;
    while (at_ < text_.size() && text_[at_] != '\n') line += text_[at_++];
    ++at_, ++line_;
    return line;
  }

  // Nothing where a quote is open at the end.
  std::optional<std::string> to_record_end() {
    std::string record;
    bool open = false, cell_begins = true;
    for (; at_ < text_.size() && (open || text_[at_] != '\n'); ++at_) {
      const char c = text_[at_];
      record += c;
      line_ += c == '\n' ? 1 : 0;
      if (open) {
        if (c != '"') continue;
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
          record += text_[++at_];
        } else {
          open = false;
        }
      } else {
        if (c == '"' && cell_begins) open = true;
        cell_begins = is_delimiter(c) || (cell_begins && is_margin(c));
      }
    }
    ++at_, ++line_;
    if (open) return std::nullopt;
    if (record.ends_with('\r')) record.pop_back();
    return record;
  }

  bool is_blank_line(const std::string& record) const {
    for (const char c : record) {
      if (!is_margin(c) && !(d_.delimiter == ' ' && is_blank(c))) return false;
    }
    return true;
  }

  // Nothing where text stands behind a closed quote.
  std::optional<std::vector<std::string>> cells_of(const std::string& record) const {
    std::vector<std::string> cells;
    std::size_t i = 0;
    const auto skip = [&](auto&& of) {
      while (i < record.size() && (this->*of)(record[i])) ++i;
    };
    for (;;) {
      skip(&PlainReader::is_margin);
      if (d_.delimiter == ' ') {
        skip(&PlainReader::is_delimiter);
        if (i == record.size()) return cells;
      }
      std::string cell;
      if (i < record.size() && record[i] == '"') {
        for (++i; record[i] != '"' || (i + 1 < record.size() && record[i + 1] == '"'); ++i) {
          if (record[i] == '"') ++i;
          cell += record[i];
        }
        ++i;
        skip(&PlainReader::is_margin);
        if (i < record.size() && !is_delimiter(record[i])) return std::nullopt;
      } else {
        while (i < record.size() && !is_delimiter(record[i])) cell += record[i++];
        while (!cell.empty() && is_blank(cell.back())) cell.pop_back();
      }
      cells.push_back(cell);
      if (i == record.size()) return cells;
      ++i;
    }
  }

  std::string text_;
  Dialect d_;
  std::size_t at_ = 0;
  std::uint64_t line_ = 1;
};

// For messages.
std::string text_of(const Records& records) {
  std::string text;
  for (const Record& record : records.all) {
    text += std::to_string(record.line) + ":";
    for (const std::string& cell : record.cells) text += " [" + cell + "]";
    text += "\n";
  }
  return text + (records.broken ? std::to_string(*records.broken) + ": broken" : "the end");
}

Records read(const MemoryFile& file, const Dialect& dialect, std::size_t chunk) {
  ByteSource source(file.path(), "cannot read");
  DelimitedReader reader(source, dialect, chunk);
  Records found;
  std::vector<std::string_view> cells;
  try {
    while (reader.next(cells)) found.all.push_back({reader.line(), {cells.begin(), cells.end()}});
  } catch (const Error& error) {
    REQUIRE(error.exit_code() == 65);
    found.broken = reader.line();
  }
  return found;
}

std::string random_text(Dice& dice, char delimiter) {
  // Mostly plain records; some texts have all that is special.
  const bool plain = dice.roll(3) != 0;
  const std::string special = std::string("\"\"\"\0#%\r \t,;|+\xc3\xa9\x80\xff", 18);
  std::string text = dice.roll(10) == 0 ? "\xef\xbb\xbf" : "";
  for (std::size_t size = 1 + dice.roll(90); size > 0; --size) {
    switch (dice.roll(plain ? 5 : 7)) {
      case 0: text += delimiter; break;
      case 1: text += dice.roll(3) == 0 ? "\n" : dice.roll(3) == 0 ? "\r\n" : "."; break;
      case 2: text += std::string(dice.roll(12), '7'); break;
      case 3: text += static_cast<char>('!' + dice.roll(94)); break;
      case 4: text += dice.roll(8) == 0 ? " " : "-1.5"; break;
      case 5: text += special[dice.roll(special.size())]; break;
      default: text += "\"" + std::string(dice.roll(3), 'q') + "\""; break;
    }
  }
  return text.empty() ? "7" : text;
}

}  // namespace

TEST_CASE("records are those of a plain reader, wherever chunks end", "[readers]") {
  Dice dice(21);
  const MemoryFile file;
  std::size_t records = 0, broken = 0;
  for (int round = 0; round < 30000; ++round) {
    Dialect dialect;
    dialect.delimiter = ",;\t| "[dice.roll(5)];
    dialect.comment = "\0#%"[dice.roll(3)];
    const std::string text = random_text(dice, dialect.delimiter);
    const std::size_t chunk = dice.roll(2) == 0 ? DelimitedReader::usual_chunk : 1 + dice.roll(40);
    INFO("round " << round << ", delimiter '" << dialect.delimiter << "', chunk " << chunk << "\n"
                  << text);
    file.put(text);
    const Records want = PlainReader(text, dialect).read();
    const Records got = read(file, dialect, chunk);
    REQUIRE(text_of(got) == text_of(want));
    REQUIRE(got == want);
    records += want.all.size();
    broken += want.broken ? 1 : 0;
  }
  CHECK(records > 50000);
  CHECK(broken > 1000);
  CHECK(broken < 20000);
}

TEST_CASE("a last line without an end is read as it stands where a chunk ends with it",
          "[readers]") {
  const MemoryFile file;
  for (const std::string text : {"a,b\n\"x\",y", "ab,c\n\"xy,z", "a,b\n12,345,67"}) {
    for (std::size_t chunk = 1; chunk <= text.size(); ++chunk) {
      INFO(text << ", chunk " << chunk);
      file.put(text);
      CHECK(text_of(read(file, {}, chunk)) == text_of(PlainReader(text, {}).read()));
    }
  }
}
