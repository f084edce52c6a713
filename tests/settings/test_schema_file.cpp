// The schema of a table as a file: saved, edited, read.
#include "engine/settings/schema_file.hpp"

#include "engine/base/number_text.hpp"
#include "engine/data/date_format.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "engine/data/table_trials.hpp"
#include "engine/data/writers/table_writer.hpp"
#include "engine/models/schema_json.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/dice.hpp"
#include "tests/support/shared_data.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

using Texts = std::vector<std::string>;

ColumnWish only_column(const std::string& keys) {
  const SchemaWish wish = parse_schema_file("[[column]]\n" + keys, "s.toml");
  REQUIRE(wish.columns.size() == 1);
  return wish.columns[0];
}

// Cells of a random column of one kind, as a writer spells them.
Texts random_column(Dice& dice, std::size_t kind, std::size_t rows) {
  Texts cells;
  const std::size_t variant = dice.roll(4);
  const DateFormat format =
      *DateFormat::of(Texts{"YYYY-MM-DD", "DD.MM.YYYY", "HH:MM", "M/D/YYYY HH:MM:SS"}[variant]);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto whole = static_cast<double>(dice.roll(3000)) - 1000.0;
    switch (kind) {
      case 0: cells.push_back(fixed_text(whole / 100.0 + 0.005, 3)); break;
      case 1: cells.push_back(fixed_text(whole, 0)); break;
      case 2: cells.push_back(fixed_text(static_cast<double>(dice.roll(5)) / 4.0, 2)); break;
      case 3: cells.push_back(Texts{"yes", "no"}[dice.roll(2)]); break;
      case 4: cells.push_back("w" + std::string(1 + dice.roll(4), 'x')); break;
      case 5: cells.push_back("\"a \\" + std::string(1 + dice.roll(3), 'y') + "\"\"'\n\""); break;
      case 6: {
        const double span = variant == 1 || variant == 0 ? 20000.0 : 86400.0;
        cells.push_back(format.write(static_cast<double>(dice.roll(60)) * span / 60.0));
        break;
      }
      case 7: cells.push_back(dice.roll(4) == 0 ? "-999" : fixed_text(whole + 1000.5, 1)); break;
      default: cells.push_back(std::to_string(row + 3)); break;
    }
  }
  return cells;
}

// A table of random columns, with cells that are missing, and perhaps a curve.
std::string random_table(Dice& dice) {
  const std::size_t columns = 2 + dice.roll(6), rows = 40 + dice.roll(30);
  const bool curve = dice.roll(3) == 0;
  std::vector<Texts> cells;
  Texts names;
  for (std::size_t i = 0; i < columns; ++i) {
    cells.push_back(random_column(dice, i == 0 ? 0 : dice.roll(9), rows));
    names.push_back("c" + std::to_string(2 * i) + (dice.roll(2) == 0 ? " [m/s]" : ""));
    const std::string mark = Texts{"NA", "", "?"}[dice.roll(3)];
    for (std::size_t row = 6; i > 0 && row < rows && dice.roll(3) > 0; row += 1 + dice.roll(20)) {
      cells[i][row] = mark;
    }
  }
  for (int sample = 0; curve && sample < 10; ++sample) {
    names.push_back("t_0" + std::to_string(sample));
    cells.emplace_back();
    for (std::size_t row = 0; row < rows; ++row) {
      cells.back().push_back(fixed_text(static_cast<double>(row + dice.roll(9)) / 4.0, 2));
    }
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) text += (i > 0 ? "," : "") + names[i];
  for (std::size_t row = 0; row < rows; ++row) {
    text += "\n";
    for (std::size_t i = 0; i < names.size(); ++i) text += (i > 0 ? "," : "") + cells[i][row];
  }
  return text + "\n";
}

void check_round(const std::filesystem::path& path) {
  const Table table = read_table(path);
  const Schema schema = infer_schema(table);
  const std::string saved = schema_file_text(schema, path.string());
  INFO(saved);
  const Table again = read_table(path, {}, parse_schema_file(saved, "s.toml"));
  REQUIRE(infer_schema(again) == schema);
  REQUIRE(schema_file_text(infer_schema(again), path.string()) == saved);
  REQUIRE(read_schema(schema_json(schema), "test") == schema);
  const Trials trials = table_trials(table, schema);
  REQUIRE(std::get<std::vector<double>>(table_trials(again, schema).values) ==
          std::get<std::vector<double>>(trials.values));
  std::vector<double> numbers = std::get<std::vector<double>>(trials.values);
  RowDecoder(schema).snap(numbers);
  REQUIRE(numbers == std::get<std::vector<double>>(trials.values));
}

}  // namespace

TEST_CASE("a schema that is saved and read is the same, of tables with every kind", "[schema]") {
  Dice dice(8);
  const TempDir folder;
  for (int round = 0; round < 300; ++round) {
    const std::string text = random_table(dice);
    INFO("round " << round << "\n" << text);
    const auto path = write_file(folder.path() / "t.csv", text);
    check_round(path);
    const Table table = read_table(path);
    const Trials trials = table_trials(table, infer_schema(table));
    TableWriter writer(*trials.schema, trials.schema->dialect);
    const std::string written =
        writer.begin() + std::string(writer.lines(std::get<std::vector<double>>(trials.values)));
    // Cells that are missing have one mark, that of the first.
    const Table back = read_table(write_file(folder.path() / "u.csv", written));
    REQUIRE(back.columns.size() == table.columns.size());
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      INFO(table.columns[i].name);
      REQUIRE(back.columns[i].words == table.columns[i].words);
      REQUIRE(back.columns[i].cells == table.columns[i].cells);
      REQUIRE(back.columns[i].format == table.columns[i].format);
      REQUIRE(back.columns[i].missing == table.columns[i].missing);
    }
  }
}

TEST_CASE("the schemas of real tables are saved and read", "[schema]") {
  const auto shared = shared_data();
  if (!shared || !std::filesystem::exists(*shared / "tables")) VGAN_SKIP("no shared data");
  for (const auto& entry : std::filesystem::directory_iterator(*shared / "tables")) {
    INFO(entry.path().string());
    check_round(entry.path());
  }
}

TEST_CASE("a saved schema is for people to edit", "[schema]") {
  const TempDir folder;
  std::string text = "No,Vel [m/s],sex,when,t_00,t_01,t_02,t_03,t_04,t_05,t_06,t_07\n";
  for (int row = 1; row <= 25; ++row) {
    text += std::to_string(row) + ",1." + std::to_string(row) +
            (row % 2 ? ",M,2020-01-0" : ",F,2020-02-1") + std::to_string(row % 7 + 1);
    for (int i = 0; i < 8; ++i) text += "," + std::to_string(row + i) + ".5";
    text += "\n";
  }
  const auto path = write_file(folder.path() / "runs.csv", text);
  const std::string saved = schema_file_text(infer_schema(read_table(path)), "runs.csv");
  INFO(saved);
  CHECK(saved.starts_with("# The columns of runs.csv, 25 rows. Change what is wrong, then\n"));
  for (const char* part :
       {"[[column]]\nname = \"No\"\nkind = \"id\"\nrole = \"other\"\n\n",
        "name = \"Vel [m/s]\"\nkind = \"continuous\"\nrole = \"condition\"\nunit = \"m/s\"\n"
        "low = 1.1\nhigh = 1.9\ndecimals = 2\nmissing = []\n",
        "kind = \"categorical\"\nrole = \"condition\"\nunit = \"\"\nmissing = []\n"
        "values = [\"M\", \"F\"]\n",
        "format = \"YYYY-MM-DD\"\n",
        "name = \"t_*\"\nkind = \"curve\"\nrole = \"outcome\"\nunit = \"\"\nlow = 1.5\n"
        "high = 32.5\ndecimals = 1\nmissing = []\n"}) {
    CHECK_THAT(saved, ContainsSubstring(part));
  }
  CHECK(saved.find("t_00") == std::string::npos);
}

TEST_CASE("the keys of a column are read", "[schema]") {
  const ColumnWish wish = only_column(
      "name = 'x'\nkind = 'grid'\nrole = 'outcome'\nunit = 'm'\nlow = 1\nhigh = 2.5\n"
      "decimals = 1\nmissing = ['off', -999]\nvalues = [1, 2.5]\n");
  CHECK(wish.place == "s.toml:1");
  CHECK(wish.kind == ColumnKind::grid);
  CHECK(wish.role == ColumnRole::outcome);
  CHECK(wish.low->number == 1.0);
  CHECK(wish.decimals == 1);
  CHECK(wish.missing == Texts{"off", "-999"});
  CHECK(wish.values == std::vector<WishedValue>{{"1", 1.0}, {"2.5", 2.5}});
  CHECK(only_column("name = 'd'\nformat = 'HH:MM'\nlow = '08:00'\n").kind == ColumnKind::datetime);
  CHECK(parse_schema_file("# nothing\n", "s.toml").empty());
  // What another kind had is passed over.
  const ColumnWish left = only_column(
      "name = 'x'\nkind = 'categorical'\nlow = 1\nhigh = 2\ndecimals = 0\nvalues = [1, 2]\n");
  CHECK_FALSE(left.low);
  CHECK_FALSE(left.high);
  CHECK_FALSE(left.decimals);
  CHECK(left.values->size() == 2);
  CHECK_FALSE(only_column("name = 'x'\nkind = 'continuous'\nvalues = [1]\n").values);
  CHECK_FALSE(only_column("name = 'x'\nkind = 'grid'\nformat = 'HH:MM'\n").format);
}

TEST_CASE("a schema that is wrong in itself is refused in one line", "[schema]") {
  const auto refuse = [](const std::string& text, const Texts& said) {
    INFO(text);
    check_error(error_of([&] { parse_schema_file(text, "s.toml"); }), 78, said);
  };
  const auto refuse_keys = [&](const std::string& keys, const Texts& said) {
    refuse("[[column]]\nname = 'x'\n" + keys + "\n", said);
  };
  refuse("[[column]]\nkind = 'grid'\n", {"s.toml:1:1", "no name"});
  refuse("name = 'x'\n", {"s.toml:1", "'name' before any [[column]]"});
  refuse("[[columns]]\nname = 'x'\n", {"s.toml:1:1", "allowed [[column]]"});
  refuse("[column]\nname = 'x'\n", {"s.toml:1:1", "allowed [[column]]"});
  refuse("[[column]] x\n", {"s.toml:1:12"});
  refuse("[[column]]\nname = 'x'\n[[column]]\nname = 'x'\n", {"a second column 'x'", "s.toml:1"});
  refuse("[[column]]\nname = 'x'\nname = 'y'\n", {"s.toml:3"});
  refuse_keys("knid = 'grid'", {"s.toml:3:1", "'knid'", "did you mean 'kind'?"});
  refuse_keys("kind = 'gird'", {"s.toml:3", "column 'x', kind", "'gird'", "did you mean 'grid'?"});
  refuse_keys("kind = 3", {"a TOML integer", "a text in quotes"});
  refuse_keys("role = 'result'", {"'result'", "condition, outcome, other"});
  refuse_keys("low = 3\nhigh = 2", {"3, above high 2"});
  refuse_keys("low = nan", {"no finite number"});
  refuse_keys("low = 2020-01-01", {"date, time or table", "put it in quotes"});
  refuse_keys("decimals = 16", {"16", "0 to 15"});
  refuse_keys("decimals = 1.5", {"floating-point", "0 to 15"});
  refuse_keys("missing = 'NA'", {"a TOML string", "a list"});
  refuse_keys("values = []", {"no value"});
  refuse_keys("values = [1, 2, 1.0]", {"'1' twice"});
  refuse_keys("values = ['a', 'a']", {"'a' twice"});
  refuse_keys("values = [1, 5]\nhigh = 4", {"5, outside low to high"});
  refuse_keys("values = [true]", {"a TOML boolean", "put it in quotes"});
  refuse_keys("format = 'DD.MM'", {"'DD.MM'", "DD.MM.YYYY"});
  refuse_keys("kind = 'curve'", {"'x' of kind curve", "PREFIX*"});
}

TEST_CASE("a schema is read for a further table by its meaning", "[schema]") {
  const TempDir folder;
  const auto path = write_file(folder.path() / "t.csv", "code,x\n3,1.5\n1,2.5\n3,4\n");
  ColumnWish code = only_column("name = 'code'\nkind = 'categorical'\n");
  const Schema schema = infer_schema(read_table(path, {}, {"s.toml", {code}}));
  const SchemaWish wish = wish_of(schema, "m.safetensors");
  CHECK(wish.of_tables_alone);
  CHECK(infer_schema(read_table(path, {}, wish)) == schema);
  const auto other = write_file(folder.path() / "u.csv", "code,x\n1,1.5\n2,2.5\n");
  check_error(error_of([&] { read_table(other, {}, wish); }), 65,
              {"u.csv, line 3, column 1 (code)", "'2'", "3, 1, as m.safetensors says"});
}
