// Text files of tables: what is found by looking, what is read, what is refused and where.
#include "engine/data/readers/table_reader.hpp"

#include <cmath>

#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Words = std::vector<std::string>;
using Numbers = std::vector<double>;

Table read(const std::string& text, const DialectWish& wish = {}) {
  const TempDir folder;
  return read_table(write_file(folder.path() / "table.csv", text), wish);
}

Words names_of(const Table& table) {
  Words names;
  for (const TableColumn& column : table.columns) names.push_back(column.name);
  return names;
}

// The words of a column, row by row; "-" where one is missing.
Words words_in(const TableColumn& column) {
  REQUIRE_FALSE(column.numeric);
  Words words;
  for (const std::int32_t cell : column.cells) {
    words.push_back(cell < 0 ? "-" : column.words[static_cast<std::size_t>(cell)]);
  }
  return words;
}

void refuse(const std::string& text, const std::vector<std::string>& parts) {
  check_error(error_of([&] { read(text); }), 65, parts);
}

}  // namespace

TEST_CASE("a table's delimiter, header and decimal point are found by looking", "[readers]") {
  const auto dialect = [](const std::string& text) { return read(text).dialect; };
  CHECK(dialect("a,b\n1,2\n3,4\n").delimiter == ',');
  CHECK(dialect("a\tb c\n1\t2\n3\t4\n").delimiter == '\t');
  CHECK(dialect("a;b\n1,5;2,25\n3,0;4\n").delimiter == ';');
  CHECK(dialect("a;b\n1,5;2,25\n3,0;4\n").decimal == ',');
  CHECK(dialect("a;b\n1.5;2\n3;4\n").decimal == '.');
  CHECK(dialect("a|b\n1|2\n3|4\n").delimiter == '|');
  CHECK(dialect("  1.0   2.0\n -3.5   4.0\n").delimiter == ' ');
  CHECK(dialect("x\n1\n2\n").delimiter == ',');
  CHECK(dialect("name,city\n\"Doe, J\",Rome\n\"Roe, R\",Oslo\n").delimiter == ',');

  // Among delimiters that go equally well, the one that leaves most numbers.
  CHECK(dialect("1,5 2,5\n3,5 4,25\n5,5 6,75\n").delimiter == ' ');
  CHECK(dialect("1,5 2,5\n3,5 4,25\n5,5 6,75\n").decimal == ',');
  CHECK(dialect("x,a;b\ny,c;d\nz,e;f\n").delimiter == ',');
  CHECK(dialect("\"a\",\"b\"\n\"1,5\",\"2,25\"\n").decimal == ',');
  CHECK(dialect("\"a\",\"b\"\n\"1,500\",\"2,250\"\n").decimal == '.');  // thousands, perhaps

  CHECK(dialect("a,b\n1,2\n").header);
  CHECK_FALSE(dialect("\"1\",\"2\"\n\"3\",\"4\"\n").header);
  CHECK_FALSE(dialect("5,6\n1,2\n").header);
  CHECK_FALSE(dialect("M,0.5\nF,0.25\nM,0.1\n").header);
  CHECK(dialect("sex,mood\nM,good\nF,bad\nM,bad\n").header);
  CHECK_FALSE(dialect("M,good\nF,bad\nM,bad\n").header);
  // Years that name columns, above shares; but not above what may be years as well.
  const std::string shares = "1.5,2,3.25\n4,5,0\n7,NA,9\n1,2,3\n4,5,6\n";
  CHECK(dialect("2019,2020,2021\n" + shares).header);
  CHECK(dialect("land,2019,2020,2021\n" + std::string("A,1.5,2,3\nB,4,5,6\nA,7,8,9\n") +
                "C,1,2,3\nD,4,5,6\n")
            .header);
  CHECK_FALSE(dialect("2019,2020,2022\n" + shares).header);
  CHECK_FALSE(dialect("2019,2020\n1,2\n3,4\n5,6\n7,8\n9,1\n").header);
  CHECK_FALSE(dialect("1,2,3\n" + shares).header);
  CHECK_FALSE(dialect("2019,2020,2021\n" + shares + "1990,2,3\n").header);

  CHECK(dialect("\xef\xbb\xbf"
                "a,b\n1,2\n")
            .byte_order_mark);
  CHECK(names_of(read("\xef\xbb\xbf"
                      "a,b\n1,2\n")) == Words{"a", "b"});
  CHECK(dialect("a,b\r\n1,2\r\n").crlf);
  CHECK(dialect("\"a\nb\",c\r\n1,2\r\n").crlf);  // a line end of a word is none of the file
  CHECK_FALSE(dialect("\"a\r\nb\",c\n1,2\n").crlf);
  CHECK(dialect("a, b\n1, 2\n").blank_after);
  CHECK_FALSE(dialect("a,b\n1, 2\n").blank_after);
  CHECK(dialect("\"a\",\"b\"\n1,\"x\"\n").quoted_words);
  CHECK(dialect("\"a\"\"b,c\",\"d\"\n1,\"x\"\n").quoted_words);
  CHECK(dialect("\"say \"\"a, b\"\", c\";x\n\"to \"\"d, e\"\", f\";y\n").delimiter == ';');
  CHECK(dialect("# made by hand\na,b\n1,2\n# and more\n3,4\n").comment == '#');
  CHECK(dialect("#N/A,1\naa,2\n").comment == '\0');
  CHECK(read("#N/A,1\naa,2\n").rows == 2);
  CHECK(read("a,b\n1,2").rows == 1);
}

TEST_CASE("what the user says of a table's dialect is taken", "[readers]") {
  const Table bars = read("a|b,c\n1|2,3\n4|5,6\n", {.delimiter = DelimiterKind::comma});
  CHECK(names_of(bars) == Words{"a|b", "c"});
  const Table plain = read("2010,2011\n1,2\n", {.header = HeaderKind::yes});
  CHECK(names_of(plain) == Words{"2010", "2011"});
  CHECK(plain.rows == 1);
  CHECK(names_of(read("a,b\nc,d\n", {.header = HeaderKind::no})) == Words{"column_1", "column_2"});
  CHECK(read("1,5\n2,5\n", {.delimiter = DelimiterKind::tab, .decimal = DecimalKind::comma})
            .columns[0]
            .numbers == Numbers{1.5, 2.5});
}

TEST_CASE("numbers of tables are read in every spelling, and how they are written is kept",
          "[readers]") {
  const Table table = read("x\n1e5\n1E+05\n.5\n5.\n-0.25\n+3\n1e-400\n0.1\n");
  CHECK(table.columns[0].numbers == Numbers{1e5, 1e5, 0.5, 5.0, -0.25, 3.0, 0.0, 0.1});
  CHECK(table.columns[0].style == NumberStyle{0, 2, 2, true});
  CHECK(read("x\n63.0\n1.25\n").columns[0].style == NumberStyle{1, 2, 3, false});
  CHECK(read("x;y\n1,5;a\n-,25;b\n").columns[0].numbers == Numbers{1.5, -0.25});
  CHECK(read("x\n\"12\"\n13\n").columns[0].numbers == Numbers{12.0, 13.0});
  CHECK(read("x\n9007199254740993\n").columns[0].numbers == Numbers{9007199254740992.0});
}

TEST_CASE("codes of digits are words, and numbers that a double has not are told", "[readers]") {
  CHECK(words_in(read("zip,n\n02134,1\n10001,2\n").columns[0]) == Words{"02134", "10001"});
  CHECK(read("x\n0\n0.5\n").columns[0].numeric);
  CHECK(read("x\n-0.25\n00\n").columns[0].numeric == false);
  const Table large = read("a,b\n12345678901234567,1\n1,2\n");
  REQUIRE(large.notes.size() == 1);
  CHECK_THAT(large.notes[0], ContainsSubstring("column 1 (a)") && ContainsSubstring("2^53"));
  CHECK(read("a\n1e20\n").notes.empty());
  CHECK(names_of(read("column_2,,\n1,2,3\n")) == Words{"column_2", "column_2_", "column_3"});
}

TEST_CASE("words of tables may hold delimiters, quotes and line ends", "[readers]") {
  const Table table = read(
      "name,note\n"
      "\"Doe, J\",\"he said \"\"no\"\"\"\n"
      "  Roe  ,\"two\nlines\"\n"
      "\"  kept  \",a \"quote\" inside\n");
  CHECK(words_in(table.columns[0]) == Words{"Doe, J", "Roe", "  kept  "});
  CHECK(words_in(table.columns[1]) == Words{"he said \"no\"", "two\nlines", "a \"quote\" inside"});
  CHECK(table.rows == 3);
}

TEST_CASE("missing cells are told from words and numbers, with their mark", "[readers]") {
  const Table table = read("a,b,c\n1,x,\n?,y,\nNA,NA,\n4,,\n");
  REQUIRE(table.columns.size() == 3);
  CHECK(table.columns[0].missing == 2);
  CHECK(table.columns[0].missing_mark == "?");
  CHECK(std::isnan(table.columns[0].numbers[1]));
  CHECK(table.columns[0].is_missing(2));
  CHECK(words_in(table.columns[1]) == Words{"x", "y", "-", "-"});
  CHECK(table.columns[1].missing_mark == "NA");
  CHECK(table.columns[2].missing == 4);
  // A column whose first value comes late is what that value is.
  std::string late = "a,b\n";
  for (int row = 0; row < 1500; ++row) late += "1,\n";
  CHECK(words_in(read(late + "2,word\n").columns[1]).back() == "word");
  CHECK(read(late + "2,7\n").columns[1].numbers.back() == 7.0);
}

TEST_CASE("numbers that stand for no value are found and kept as they are spelt", "[readers]") {
  std::string text = "x;y\n-999,0;a\n";
  for (const char* cell : {"1,5", "2,25", "3,5", "4,75", "5,5", "-999,0"}) {
    text += std::string(cell) + ";b\n";
  }
  const TableColumn column = read(text).columns[0];
  CHECK(column.missing == 2);
  CHECK(column.missing_mark == "-999,0");
  CHECK(column.marks == Words{"-999,0"});
  CHECK(column.style.least_decimals == 1);
  // The files of one table may have either decimal point.
  const TempDir folder;
  std::string points = text;
  for (char& c : points) c = c == ',' ? '.' : c;
  for (const bool commas_first : {false, true}) {
    const auto one = write_file(folder.path() / "one.csv", commas_first ? text : points);
    const auto two = write_file(folder.path() / "two.csv", commas_first ? points : text);
    CHECK(read_tables({one, two}).columns[0].missing == 4);
  }
}

TEST_CASE("what is no table is refused with its place", "[readers]") {
  refuse("a,b\n1,2\n3\n", {"line 3", "1 cell", "2, as in line 1"});
  refuse("a,b\n1,2\n3,4,5\n", {"line 3", "3 cells"});
  refuse("a,b\n", {"a header alone"});
  refuse("a,b\n1,\"open\n2,x\n", {"line 2", "not closed"});
  refuse("a,b\n1,\"x\"y\n", {"line 2", "column 2", "behind a closed quote"});
  refuse("a,b,a\n1,2,3\n", {"columns 1 and 3 are both called 'a'"});
  refuse("a,b\n1,1e999\n2,3\n", {"line 2", "column 2 (b)", "'1e999'", "1.8e308"});
  refuse(std::string("a,b\n1,\0\n", 8), {"bytes 61"});
  refuse("a,b\r1,2\r", {"CR alone"});
  refuse(
      "\xff\xfe"
      "a",
      {"UTF-16", "iconv"});
  refuse("a,b\n1,caf\xe9\n", {"line 2", "column 2 (b)", "not UTF-8", "iconv"});
  refuse("{\"a\": [1, 2]}\n", {"JSON", "read_json"});
  refuse(std::string("PK\x03\x04", 4) + std::string(26, ' ') + "[Content_Types].xml",
         {"Excel workbook", "CSV"});
  std::string numbers = "x,y\n";
  for (int row = 0; row < 2000; ++row) numbers += "1.5,2\n";
  refuse(numbers + "3,abc\n", {"line 2002", "column 2 (y)", "'abc'", "a number", "NA"});
  refuse(numbers + "12 %,1\n", {"column 1 (x)", "'12 %'", "without units"});
  refuse(numbers + "inf,1\n", {"'inf'", "leave the row out"});
  refuse(numbers + "1," + std::string(1000000, 'w') + "\n", {"of 1,000,000 bytes"});
  refuse("a,b\n1," + std::string(5000, 'w') + "\n", {"column 2 (b)", "of 5,000 bytes", "4,096"});
  refuse(std::string(5000, 'n') + ",b\n1,2\n", {"line 1, column 1", "4,096"});
}

TEST_CASE("rows are read the same wherever the file is cut into chunks", "[readers]") {
  Dice dice(3);
  std::string text = "n,word,x\n";
  Numbers numbers;
  Words words;
  for (int row = 0; row < 60000; ++row) {
    numbers.push_back(static_cast<double>(dice.roll(1000000)) / 100.0);
    std::string word = "w" + std::to_string(dice.roll(300));
    if (dice.roll(5) == 0) word += ",\n\"" + std::string(dice.roll(40), 'z');
    words.push_back(word);
    std::string quoted = "\"";
    for (const char c : word) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    text += std::to_string(row) + "," + quoted + "\"," + std::to_string(numbers.back()) + "\n";
  }
  REQUIRE(text.size() > (std::size_t{1} << 20));
  const Table table = read(text);
  CHECK(table.rows == 60000);
  CHECK(table.columns[2].numbers == numbers);
  CHECK(words_in(table.columns[1]) == words);
}

TEST_CASE("a damaged table is read or refused in one line", "[readers]") {
  const std::string good = "# c\r\na,\"b\"\r\n1.5,\"x,\"\"y\"\r\n-2e3,?\r\n,NA\r\n4,z\r\n";
  const std::string bits = std::string("\",;\t|\n\r#. eE+-?NA0\0\xff\xc3", 22);
  const TempDir folder;
  const auto path = folder.path() / "table.csv";
  Dice dice(11);
  int read_well = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = good;
    for (std::size_t edits = 1 + dice.roll(4); edits > 0; --edits) {
      const std::size_t at = dice.roll(text.size());
      const char bit = bits[dice.roll(bits.size())];
      switch (dice.roll(3)) {
        case 0: text[at] = bit; break;
        case 1: text.insert(at, 1 + dice.roll(3), bit); break;
        default: text.erase(at, 1 + dice.roll(5)); break;
      }
      if (text.empty()) text = "x";
    }
    std::filesystem::remove(path);
    write_file(path, text);
    try {
      const Table table = read_table(path);
      ++read_well;
      for (const TableColumn& column : table.columns) {
        const std::size_t rows = column.numeric ? column.numbers.size() : column.cells.size();
        REQUIRE(rows == static_cast<std::size_t>(table.rows));
      }
    } catch (const Error& error) {
      INFO(error.what());
      REQUIRE(error.exit_code() == 65);
      REQUIRE(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
  CHECK(read_well > 500);
  CHECK(read_well < 4000);
}
