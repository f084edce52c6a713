// The formats that --data reads and generate writes, from the command line.
#ifdef VGAN_BINARY

#include <cstdlib>
#include <fstream>

#include "engine/data/readers/npz.hpp"
#include "engine/data/readers/open_trials.hpp"
#include "engine/data/readers/table_reader.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/data/readers/make_zip.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/skip.hpp"

using namespace vgan::testing;

namespace {

struct FormatRuns {
  TinyRuns runs;

  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(runs.path() / name, std::ios::binary) << bytes;
  }
  CommandResult vgan(const Words& words, const std::string& in = "/dev/null") const {
    return Command(runs.path(), words, "", vgan_binary(), in).wait();
  }
  /// A run of 3 epochs, which must end well.
  CommandResult trained(const std::string& out, const Words& more,
                        const std::string& in = "/dev/null") const {
    CommandResult result = vgan(TinyRuns::words(out, more), in);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  }
  void check_refused(const Words& words, int code, const std::string& said) const {
    const CommandResult result = vgan(words);
    INFO(result.err);
    CHECK(result.exit_code == code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  }
  /// Two tables of the same columns, in the folder "t".
  void put_tables() const {
    std::filesystem::create_directory(runs.path() / "t");
    for (const char* part : {"a", "b,c"}) {
      std::string text = "speed,force\n";
      for (int row = 0; row < 12; ++row) {
        text +=
            std::to_string(row % 4) + "," + std::to_string(row + (*part == 'a' ? 0 : 50)) + "\n";
      }
      put("t/" + std::string(part) + ".csv", text);
    }
  }
};

}  // namespace

TEST_CASE("cli: several files of one table, by pattern, by commas or as words") {
  const FormatRuns f;
  f.put_tables();
  const std::string said = "24 rows of 2";
  CHECK_THAT(f.trained("a", {"--data", "t/*.csv"}).out, ContainsSubstring(said));
  CHECK_THAT(f.trained("b", {"--data", "t/a.csv,t/b\\,c.csv"}).out, ContainsSubstring(said));
  CHECK_THAT(f.trained("c", {"--data", "t/a.csv", "t/b,c.csv", "--quiet"}).err,
             !ContainsSubstring("error"));
  CHECK_THAT(f.trained("d", {"--data", "t/b,c.csv"}).out, ContainsSubstring("12 rows of 2"));
  const auto weights = [&](const char* run) {
    return values_of(f.runs.newest(run).checkpoint, "g.0.weight");
  };
  CHECK(weights("a") == weights("b"));
  CHECK(weights("a") == weights("c"));
  // The run knows its files wherever it is resumed, and config.toml is one for --config.
  const std::string at = (std::filesystem::canonical(f.runs.path()) / "t/").string();
  CHECK(f.runs.config("a").data == at + "a.csv," + at + "b\\,c.csv");
  CHECK(f.runs.config("c").data == f.runs.config("a").data);
  CHECK(f.vgan({"--resume", "a", "--epochs", "5"}).exit_code == 0);
  CHECK(f.vgan({"--config", "a/config.toml", "--out", "e", "--epochs", "2"}).exit_code == 0);
  // What generate writes does not take a file's place.
  f.check_refused({"generate", "a", "--out", "t/b,c.csv"}, 2, "of the run's own");
  f.check_refused({"--data", "t/*.tsv"}, 74, "no file that matches");
  f.check_refused({"--data", "t/a.csv,tiny.npy"}, 65, "among several files");

  const CommandResult schema = f.vgan({"schema", "t/a.csv", "t/b,c.csv"});
  INFO(schema.err);
  CHECK(schema.exit_code == 0);
  CHECK_THAT(schema.out, ContainsSubstring("24 rows"));
  CHECK(f.vgan({"schema", "t/*.csv"}).out == schema.out);
  f.put("u.csv", "speed,power\n1,2\n3,4\n");
  f.check_refused({"schema", "t/a.csv", "u.csv"}, 65, "column 2 of the name 'power'");
}

TEST_CASE("cli: data from standard input") {
  const FormatRuns f;
  f.put_tables();
  f.put("a.csv.gz", gzip(file_text(f.runs.path() / "t/a.csv")));
  const std::string table = (f.runs.path() / "t/a.csv").string();
  const std::string npy = (f.runs.path() / "tiny.npy").string();
  const CommandResult schema = f.vgan({"schema", "-"}, table);
  INFO(schema.err);
  CHECK(schema.exit_code == 0);
  CHECK_THAT(schema.out, ContainsSubstring("12 rows"));
  CHECK(f.vgan({"schema", "-"}, (f.runs.path() / "a.csv.gz").string()).exit_code == 0);
  f.trained("a", {"--data", "-"}, npy);
  CHECK(f.runs.config("a").data == "-");
  CHECK(f.vgan({"--resume", "a", "--epochs", "4"}, npy).exit_code == 0);
  CHECK(f.vgan({"--resume", "a", "--epochs", "5"}, table).exit_code != 0);  // other data
  f.check_refused({"schema", "-"}, 65, "standard input, byte 0: found an empty file");
  // Through a pipe, which can be read once.
  const std::string piped = "cat t/a.csv | '" + vgan_binary() + "' schema - > piped.txt 2> err.txt";
  const CommandResult shell = Command(f.runs.path(), {"-c", piped}, "", "/bin/sh").wait();
  CHECK(shell.exit_code == 0);
  CHECK(file_text(f.runs.path() / "piped.txt") == schema.out);
}

TEST_CASE("cli: .npz in and out") {
  const FormatRuns f;
  const std::string images = file_text(f.runs.path() / "tiny.npy");
  const std::string labels =
      npy_header("<i4", "(24,)") + raw_bytes(std::vector<std::int32_t>(24, 1));
  f.put("two.npz", zip_of({deflated_part("images.npy", images), stored_part("y.npy", labels)}));
  f.check_refused({"--data", "two.npz"}, 78, "one of images (24, 8, 8), y (24,)");
  f.check_refused({"--data", "tiny.npy", "--array", "x"}, 78, "array");
  f.trained("npy", {});
  f.trained("m", {"--data", "two.npz", "--array", "images"});
  CHECK(values_of(f.runs.newest("m").checkpoint, "g.0.weight") ==
        values_of(f.runs.newest("npy").checkpoint, "g.0.weight"));
  CHECK(f.runs.config("m").array == "images");
  CHECK(f.vgan({"--resume", "m", "--epochs", "4"}).exit_code == 0);

  for (const char* shape : {"data", "flat"}) {
    for (const char* dtype : {"auto", "f32"}) {
      for (const char* out : {"s.npy", "s.npz"}) {
        const CommandResult made = f.vgan(
            {"generate", "m", "--count", "20", "--out", out, "--dtype", dtype, "--shape", shape});
        INFO(made.err);
        REQUIRE(made.exit_code == 0);
      }
      const auto npy = vgan::read_npy_trials(f.runs.path() / "s.npy");
      const auto npz = vgan::read_npz_trials(f.runs.path() / "s.npz", "samples");
      CHECK(npz.fingerprint() == npy.fingerprint());
    }
  }
  f.trained("again", {"--data", "s.npz"});
}

TEST_CASE("cli: HDF5 in and out, or named where the build has none") {
  const FormatRuns f;
  f.trained("m", {});
  const CommandResult made = f.vgan({"generate", "m", "--count", "20", "--out", "s.h5"});
  INFO(made.err);
  if (made.exit_code == 78) {
    CHECK_THAT(made.err, ContainsSubstring("this build has no libhdf5"));
    f.put("x.h5", "\x89HDF\r\n\x1a\n and so on");
    f.check_refused({"--data", "x.h5"}, 65, "this build has no libhdf5");
    return;
  }
  REQUIRE(made.exit_code == 0);
  REQUIRE(f.vgan({"generate", "m", "--count", "20", "--out", "s.npy"}).exit_code == 0);
  f.trained("npy", {"--data", "s.npy"});
  f.trained("h5", {"--data", "s.h5"});
  f.trained("named", {"--data", "s.h5", "--dataset", "/samples"});
  const auto weights = [&](const char* run) {
    return values_of(f.runs.newest(run).checkpoint, "g.0.weight");
  };
  CHECK(weights("h5") == weights("npy"));
  CHECK(weights("named") == weights("npy"));
  f.check_refused({"--data", "s.h5", "--dataset", "sample"}, 78, "did you mean 'samples'?");
  f.check_refused({"--data", "tiny.npy", "--dataset", "x"}, 78, "dataset");
}

TEST_CASE("cli: Parquet in and out, or named where the build has none") {
  const FormatRuns f;
  f.put_tables();
  f.put("f.feather", "FEA1 and so on");
  f.check_refused({"schema", "f.feather"}, 65, "pandas.read_feather('FILE').to_csv");
  f.trained("csv", {"--data", "t/a.csv"});
  const Words generate = {"generate", "csv", "--count", "50", "--out", "out/s.parquet"};
  const CommandResult made = f.vgan(generate);
  INFO(made.err);
  if (made.exit_code == 78) {
    CHECK(is_one_complaint(made.err));
    CHECK_THAT(made.err, ContainsSubstring("this build has no Arrow"));
    CHECK_FALSE(std::filesystem::exists(f.runs.path() / "out"));
    f.put("t.parquet", "PAR1 and so on");
    f.put("t.arrow", std::string("ARROW1\0\0 and so on", 18));
    f.check_refused({"--data", "t.parquet"}, 65, "pandas.read_parquet('FILE').to_csv");
    f.check_refused({"--data", "t.arrow"}, 65, "pandas.read_feather('FILE').to_csv");
    f.check_refused({"schema", "t.parquet"}, 65, "this build has no Arrow");
    return;
  }
  REQUIRE(made.exit_code == 0);
  CHECK_THAT(made.out, ContainsSubstring("50 rows of 2 columns"));
  const CommandResult schema = f.vgan({"schema", "out/s.parquet"});
  INFO(schema.err);
  CHECK_THAT(schema.out, ContainsSubstring("50 rows of 2 columns"));
  // Training on the rows as text and on the rows as Parquet gives the same weights.
  REQUIRE(f.vgan({"generate", "csv", "--count", "50", "--out", "s.csv"}).exit_code == 0);
  f.trained("a", {"--data", "s.csv"});
  f.trained("b", {"--data", "out/s.parquet"});
  CHECK(values_of(f.runs.newest("a").checkpoint, "g.0.weight") ==
        values_of(f.runs.newest("b").checkpoint, "g.0.weight"));
  CHECK(f.vgan({"--resume", "b", "--epochs", "4"}).exit_code == 0);
  REQUIRE(f.vgan({"generate", "b", "--count", "50", "--out", "b.PARQUET"}).exit_code == 0);
  CHECK(f.vgan({"schema", "-"}, (f.runs.path() / "b.PARQUET").string()).exit_code == 0);
  const Words evaluate = {"evaluate", "--samples", "b.PARQUET", "--real", "out/s.parquet"};
  CHECK(f.vgan(evaluate).exit_code == 0);
  f.put("s.parquet.gz", gzip(file_text(f.runs.path() / "b.PARQUET")));
  f.check_refused({"--data", "s.parquet.gz"}, 65, "packed once more");
  f.check_refused({"--data", "b.PARQUET", "--delimiter", "tab"}, 78, "delimiter");
  f.check_refused({"generate", "b", "--out", "x.parquet", "--dtype", "f32"}, 78, "of a table");
  f.check_refused({"generate", "b", "--out", "-", "--format", "parquet"}, 78, "name a file");
  f.trained("rows", {});
  f.check_refused({"generate", "rows", "--out", "x.parquet"}, 78, "trained on a table");
}

TEST_CASE("cli: what pandas wrote as Parquet it reads with the same types from virtual rows") {
  const FormatRuns f;
  const auto python = [&](const std::string& script) {
    const char* named = std::getenv("VGAN_PYTHON");
    const std::string program = named != nullptr ? named : "python3";
    f.put("script.py", script);
    return Command(f.runs.path(), {"-c", "exec '" + program + "' script.py"}, "", "/bin/sh").wait();
  };
  if (python("import pandas, pyarrow.parquet").exit_code != 0) {
    VGAN_SKIP("no python3 with pandas and pyarrow; VGAN_PYTHON names one");
  }
  const CommandResult made = python(R"(
import numpy, pandas
rows, draw = 120, numpy.random.default_rng(1)
some = draw.random(rows) < 0.2
frame = pandas.DataFrame({
    "small": draw.integers(0, 90, rows).astype("int8"), "whole": draw.integers(0, 90, rows),
    "narrow": draw.normal(size=rows).astype("float32"),
    "gaps": numpy.where(some, numpy.nan, draw.normal(size=rows)),
    "Gaps": pandas.array(numpy.where(some, None, draw.integers(0, 90, rows)), dtype="Int64"),
    "flag": draw.random(rows) < 0.5, "word": draw.choice(["a", "b"], rows),
    "Flag": pandas.array(numpy.where(some, None, draw.random(rows) < 0.5), dtype="boolean"),
    "text": pandas.array(draw.choice(["a", "b"], rows), dtype="string"),
    "grade": pandas.Categorical(draw.choice(["low", "high"], rows), ["low", "high"], ordered=True),
    "day": pandas.date_range("2020-01-01", periods=rows),
    "time": pandas.date_range("2020-01-01", periods=rows, freq="7min", tz="Europe/Berlin"),
    "wait": pandas.to_timedelta(draw.integers(0, 99, rows), unit="s")},
    index=["r%d" % row for row in range(rows)])
frame.to_parquet("in.parquet")
frame.reset_index(drop=True).to_feather("in.feather"))");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  const CommandResult read = f.vgan({"schema", "in.parquet"});
  if (read.exit_code == 65 && read.err.find("has no Arrow") != std::string::npos) {
    VGAN_SKIP("this build has no Arrow");
  }
  INFO(read.err);
  REQUIRE(read.exit_code == 0);
  CHECK_THAT(read.err, ContainsSubstring("__index_level_0__, is passed over"));
  f.trained("m", {"--data", "in.parquet"});
  f.trained("n", {"--data", "in.feather"});
  CHECK(values_of(f.runs.newest("m").checkpoint, "g.0.weight") ==
        values_of(f.runs.newest("n").checkpoint, "g.0.weight"));
  for (const char* run : {"m", "n"}) {
    const std::string out = std::string(run) + ".parquet";
    const CommandResult drawn = f.vgan({"generate", run, "--count", "200", "--out", out});
    INFO(drawn.err);
    REQUIRE(drawn.exit_code == 0);
  }
  const CommandResult compared = python(R"(
import pandas
wanted = pandas.read_parquet("in.parquet")
for name in "m.parquet", "n.parquet":
    found = pandas.read_parquet(name)
    assert len(found) == 200 and list(found.columns) == list(wanted.columns), found.columns
    other = {c: (found[c].dtype, wanted[c].dtype) for c in wanted if found[c].dtype != wanted[c].dtype}
    assert not other, other
    assert found.isna().any().equals(wanted.isna().any()), found.isna().sum())");
  INFO(compared.err);
  CHECK(compared.exit_code == 0);
}

#endif  // VGAN_BINARY
