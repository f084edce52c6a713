// Tables larger than memory: a uniform sample of their rows is kept, whole and with its places.
#include "engine/data/readers/row_keeper.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "engine/base/memory.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/schema.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

constexpr RowLimit tiny{1, 7};

// Each row tells its line: the header is the first.
std::string lined_table(int rows, int first_line = 2) {
  std::string text = "No,x,word,name,gap\n";
  for (int i = 0; i < rows; ++i) {
    const int line = i + first_line;
    text += std::to_string(line) + "," + std::to_string(line) + ".5,w" + std::to_string(line % 7) +
            ",n" + std::to_string(line) + "," + (line % 3 == 0 ? "" : std::to_string(2 * line)) +
            "\n";
  }
  return text;
}

// Whether the cells of a kept row are those of one line, which is the one that messages name.
bool is_whole(const Table& table, std::int64_t row) {
  const auto at = static_cast<std::size_t>(row);
  const auto line = static_cast<int>(table.columns[0].numbers[at]);
  const auto word = [&](std::size_t column) {
    return table.columns[column].words[static_cast<std::size_t>(table.columns[column].cells[at])];
  };
  const double gap = table.columns[4].numbers[at];
  return table.columns[1].numbers[at] == line + 0.5 && word(2) == "w" + std::to_string(line % 7) &&
         word(3) == "n" + std::to_string(line) &&
         (line % 3 == 0 ? std::isnan(gap) : gap == 2.0 * line) &&
         table.cell_place(row, 1).find("line " + std::to_string(line) + ",") != std::string::npos;
}

}  // namespace

TEST_CASE("of a table beyond its memory each row is kept with the same probability") {
  const TempDir folder;
  constexpr int rows = 40000;
  const auto path = write_file(folder.path() / "t.csv", lined_table(rows));
  std::array<int, 20> parts{};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Table table = read_table(path, {}, {}, {1, seed});
    REQUIRE(table.rows == 1024);
    for (std::int64_t row = 0; row < table.rows; ++row) {
      CHECK(is_whole(table, row));
      const auto place =
          static_cast<std::size_t>(table.columns[0].numbers[static_cast<std::size_t>(row)]);
      ++parts[(place - 2) * parts.size() / rows];
      if (row > 0) {  // in the order of the file
        const auto& numbers = table.columns[0].numbers;
        CHECK(numbers[static_cast<std::size_t>(row)] > numbers[static_cast<std::size_t>(row) - 1]);
      }
    }
  }
  // Chi-square of 19 degrees of freedom: above 43.8 once in a thousand times.
  const double expected = 5.0 * 1024.0 / static_cast<double>(parts.size());
  double chi_square = 0.0;
  for (const int count : parts) chi_square += (count - expected) * (count - expected) / expected;
  CHECK(chi_square < 43.8);
}

TEST_CASE("a sample of a table's rows is the same for its seed, and says what it is") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "t.csv", lined_table(5000));
  const Table one = read_table(path, {}, {}, tiny), two = read_table(path, {}, {}, tiny);
  CHECK(one.columns[0].numbers == two.columns[0].numbers);
  CHECK(read_table(path, {}, {}, {1, 8}).columns[0].numbers != one.columns[0].numbers);
  REQUIRE(one.notes.size() == 1);
  CHECK_THAT(one.notes[0], ContainsSubstring("1,024 of its 5,000 rows, drawn at random, are kept"));
  // All rows where there is room for them, with nothing said.
  const Table all = read_table(path, {}, {}, {std::uint64_t{1} << 30, 7});
  CHECK(all.rows == 5000);
  CHECK(all.notes.empty());
  CHECK(is_whole(all, 4321));
}

TEST_CASE("columns of a sample are what those of the table are") {
  const TempDir folder;
  const Table table =
      read_table(write_file(folder.path() / "t.csv", lined_table(20000)), {}, {}, tiny);
  const Schema schema = infer_schema(table);
  CHECK(schema.columns[0].kind == ColumnKind::id);  // it counts the rows, of which some are gone
  CHECK(schema.columns[1].kind == ColumnKind::continuous);
  CHECK(schema.columns[2].kind == ColumnKind::categorical);
  CHECK(schema.columns[2].words.size() == 7);
  CHECK(schema.columns[3].kind == ColumnKind::id);
  CHECK(table.columns[3].words.size() == 1024);
  const auto& gaps = table.columns[4];
  const auto missing = std::count_if(gaps.numbers.begin(), gaps.numbers.end(),
                                     [](double number) { return std::isnan(number); });
  CHECK(gaps.missing == missing);
  CHECK(missing > 250);
}

TEST_CASE("rows of several files are sampled as those of one, and know theirs") {
  const TempDir folder;
  const auto a = write_file(folder.path() / "a.csv", lined_table(3000));
  const auto b = write_file(folder.path() / "b.csv", lined_table(3000));
  const Table table = read_tables({a, b}, {}, {}, tiny);
  REQUIRE(table.rows == 1024);
  int of_b = 0;
  for (std::int64_t row = 0; row < table.rows; ++row) {
    CHECK(is_whole(table, row));
    of_b += table.cell_place(row, 0).find("b.csv") != std::string::npos ? 1 : 0;
  }
  CHECK(of_b > 450);
  CHECK(of_b < 574);
}

TEST_CASE("a choice among numbers is weighed by the numbers that it is to a network") {
  const TempDir folder;
  std::string numbers = "x,y\n", grids = "x,y\n";
  for (int i = 0; i < 30000; ++i) {
    numbers += std::to_string(i) + ".5," + std::to_string(i) + ".25\n";
    grids += std::to_string(i % 24) + ".5," + std::to_string(i / 3 % 24) + ".5\n";
  }
  const auto rows = [&](const std::string& text) {
    return read_table(write_file(folder.path() / "t.csv", text), {}, {}, {2000000, 1}).rows;
  };
  const std::int64_t of_numbers = rows(numbers), of_grids = rows(grids);
  CHECK(of_numbers > 5 * of_grids);
  CHECK((of_grids - 1024) * 2 * 24 * 12 < 2000000);  // columns are weighed every 1,024 rows
}

TEST_CASE("a large table takes no more memory than it may") {
#if defined(__SANITIZE_ADDRESS__)
  VGAN_SKIP("AddressSanitizer keeps what was freed");
#else
  const TempDir folder;
  std::string text = "name,x,y\n";
  for (int i = 0; i < 1500000; ++i) {
    text += "a word that comes once " + std::to_string(i) + "," + std::to_string(i % 1000) +
            ".25," + std::to_string(i) + "\n";
  }
  const auto path = write_file(folder.path() / "t.csv", text);
  text = {};
  if (!reset_peak_memory()) VGAN_SKIP("this system does not count the most memory");
  const std::uint64_t before = peak_memory();
  const Table table = read_table(path, {}, {}, {std::uint64_t{4} << 20, 1});
  CHECK(table.rows < 100000);
  CHECK(peak_memory() - before < std::uint64_t{48} << 20);  // the table as it is has 70 MB
#endif
}
