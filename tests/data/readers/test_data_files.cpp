// Which files the setting `data` names, and several of them as one table.
#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "engine/data/readers/data_files.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "tests/data/readers/make_files.hpp"
#include "tests/support/temp_dir.hpp"

namespace {

using namespace vgan::testing;
using Names = std::vector<std::string>;

struct Folder {
  TempDir folder;
  std::string at(const std::string& name) const { return (folder.path() / name).string(); }
  std::string put(const std::string& name, const std::string& bytes) const {
    return write_file(at(name), bytes).string();
  }
};

vgan::Table read(const Names& names, const vgan::DialectWish& wish = {}) {
  return vgan::read_tables({names.begin(), names.end()}, wish);
}

vgan::Error refusal(const Names& names) {
  return error_of([&] { read(names); });
}

}  // namespace

TEST_CASE("names of data are split at commas that belong to none", "[readers][files]") {
  const Folder folder;
  const std::string comma = folder.put("a,b.csv", "x\n1\n");
  const std::string plain = folder.put("c.csv", "x\n2\n");
  CHECK(vgan::data_files(comma) == Names{comma});
  CHECK(vgan::data_files(plain + "," + plain) == Names{plain, plain});
  CHECK(vgan::data_files("no,such") == Names{"no", "such"});
  CHECK(vgan::data_files("no\\,such") == Names{"no,such"});
  CHECK(vgan::data_files("back\\slash") == Names{"back\\slash"});
  CHECK(vgan::data_files("-") == Names{"-"});
  const std::string both = vgan::join_data_names({comma, plain});
  CHECK(vgan::data_files(both) == Names{comma, plain});
  CHECK(vgan::join_data_names({comma}) == comma);
  CHECK(vgan::join_data_names({"a.csv,b.csv", plain}) == "a.csv,b.csv," + plain);
  for (const std::string& data : {plain + ",", "," + plain, plain + ",," + plain}) {
    check_error(error_of([&] { vgan::data_files(data); }), 78, {"data", "an empty name"});
  }
}

TEST_CASE("patterns of data are the files that they match, by their names", "[readers][files]") {
  const Folder folder;
  const std::string b = folder.put("run_b.csv", "x\n1\n");
  const std::string a = folder.put("run_a.csv", "x\n1\n");
  const std::string c = folder.put("run_C.csv", "x\n1\n");
  const std::string star = folder.put("odd*.csv", "x\n1\n");
  folder.put("odder.csv", "x\n1\n");
  CHECK(vgan::data_files(folder.at("run_*.csv")) == Names{c, a, b});
  CHECK(vgan::data_files(folder.at("run_?.csv")) == Names{c, a, b});
  CHECK(vgan::data_files(folder.at("run_[ab].csv")) == Names{a, b});
  CHECK(vgan::data_files(folder.at("run_b.csv") + "," + folder.at("run_[!b].csv")) ==
        Names{b, c, a});
  CHECK(vgan::data_files(star) == Names{star});  // a name that is there is no pattern
  check_error(error_of([&] { vgan::data_files(folder.at("*.tsv")); }), 74,
              {"*.tsv", "no file that matches"});
}

TEST_CASE("several files are one table, each in its own dialect", "[readers][files]") {
  const Folder folder;
  const std::string a = folder.put("a.csv", "speed,kind,force\n10,flat,1.5\n20,round,2.5\n");
  const std::string b =
      folder.put("b.csv", "kind;force;speed\r\n\"new\";3,25;30\r\nflat;4,5;40\r\n");
  const std::string c = folder.put("c.tsv.gz", gzip("speed\tkind\tforce\n50\t?\tNA\n"));
  const vgan::Table table = read({a, b, c});
  CHECK(table.source == a + " and 2 more");
  CHECK(table.dialect.delimiter == ',');
  CHECK_FALSE(table.dialect.crlf);
  REQUIRE(table.rows == 5);
  REQUIRE(table.columns.size() == 3);
  CHECK(table.columns[0].numbers == std::vector<double>{10, 20, 30, 40, 50});
  CHECK(table.columns[1].words == Names{"flat", "round", "new"});
  CHECK(table.columns[1].cells == std::vector<std::int32_t>{0, 1, 2, 0, -1});
  CHECK(table.columns[2].numbers[2] == 3.25);
  CHECK(table.columns[2].numbers[3] == 4.5);
  CHECK(table.columns[2].missing == 1);
  CHECK(table.columns[2].style.most_decimals == 2);
  // The dialect is that of the first, whichever that is.
  const vgan::Table other = read({b, a});
  CHECK(other.dialect.delimiter == ';');
  CHECK(other.columns[0].name == "kind");
  CHECK(other.columns[2].numbers == std::vector<double>{30, 40, 10, 20});
}

TEST_CASE("what a column is, all files say together", "[readers][files]") {
  const Folder folder;
  const std::string codes = folder.put("codes.csv", "zip,x\n02134,1\n");
  const std::string numbers = folder.put("numbers.csv", "zip,x\n12134,2\n");
  const std::string blank = folder.put("blank.csv", "zip,x\n,\n");
  for (const Names& names : {Names{codes, numbers}, Names{numbers, codes}}) {
    CHECK_FALSE(read(names).columns[0].numeric);
    CHECK(read(names).columns[1].numeric);
  }
  const vgan::Table first = read({blank, codes});
  CHECK_FALSE(first.columns[0].numeric);
  CHECK(first.columns[0].cells == std::vector<std::int32_t>{-1, 0});
  CHECK(first.columns[1].numeric);
  std::string many = "zip,x\n";
  for (int i = 0; i < 30; ++i) many += "1,1\n";
  const std::string word = folder.put("word.csv", "zip,x\nnone,2\n");
  check_error(refusal({folder.put("many.csv", many), word}), 65,
              {"word.csv, line 2, column 1 (zip)", "'none'", "a number"});
}

TEST_CASE("files of other columns are refused, with both", "[readers][files]") {
  const Folder folder;
  const std::string a = folder.put("a.csv", "speed,force\n1,2\n3,4\n");
  const std::string fewer = folder.put("fewer.csv", "speed\n1\n2\n");
  const std::string other = folder.put("other.csv", "speed,power\n1,2\n3,4\n");
  const std::string headless = folder.put("headless.csv", "1,2\n3,4\n");
  check_error(refusal({a, fewer}), 65,
              {"cannot read several files as one table", "fewer.csv: found 1 column (speed)",
               "the columns of " + a + ": 2 columns (speed, force)"});
  check_error(refusal({a, other}), 65, {"other.csv", "column 2 of the name 'power'"});
  check_error(refusal({a, headless}), 65, {"headless.csv", "no header", "--header"});
  check_error(refusal({headless, a}), 65, {"a.csv", "a header of 2 columns (speed, force)"});
  vgan::DialectWish without;
  without.header = vgan::HeaderKind::no;
  CHECK(read({headless, headless}, without).rows == 4);
  CHECK(read({headless, headless}).columns[1].name == "column_2");
  check_error(refusal({a, folder.at("absent.csv")}), 74, {"absent.csv"});
  check_error(refusal({a, folder.put("empty.csv", "speed,force\n")}), 65, {"a header alone"});
}

TEST_CASE("open_trials takes several files of tables alone", "[readers][files]") {
  const Folder folder;
  const std::string a = folder.put("a.csv", "x,y\n1,2\n3,4\n");
  const std::string b = folder.put("b.csv", "x,y\n5,6\n7,9\n");
  vgan::DataRequest request;
  request.data = folder.at("*.csv");
  const vgan::Trials trials = vgan::open_trials(request);
  CHECK(trials.count == 4);
  CHECK(vgan::lasting_data_name(request.data, trials) == a + "," + b);
  request.data = a + "," + b;
  CHECK(vgan::open_trials(request).fingerprint() == trials.fingerprint());
  folder.put("c.npy", npy_header("<f4", "(3, 2)") + raw_bytes<float>({0, 1, 2, 3, 4, 5}));
  request.data = folder.at("[ac].*");
  check_error(error_of([&] { vgan::open_trials(request); }), 65,
              {"c.npy", "a NumPy .npy array among several files", "name one such file alone"});
  request.data = a + "," + folder.folder.path().string();
  check_error(error_of([&] { vgan::open_trials(request); }), 74, {"a folder"});
}
