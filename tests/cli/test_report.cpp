// vgan_cuda report, as its users meet it.
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

TEST_CASE("cli: report writes a page into the run, or where it is told to") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  CHECK_FALSE(fs::exists(runs.path() / "a/report.html"));  // tiny runs are without
  const CommandResult one = run_vgan(runs.path(), {"report", "a", "--threads", "1"});
  CHECK(one.exit_code == 0);
  CHECK_THAT(one.out, ContainsSubstring("wrote a/report.html: 1 run, "));
  CHECK(fs::exists(runs.path() / "a/report.html"));
  CHECK(fs::exists(runs.path() / "a/evaluation.json"));
  const CommandResult other =
      run_vgan(runs.path(), {"report", "a", "--as-is", "--out", "pages/a.html"});
  CHECK(other.exit_code == 0);
  CHECK(fs::exists(runs.path() / "pages/a.html"));
}

TEST_CASE("cli: report puts several runs side by side") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  REQUIRE(runs.run("b", {"--seed", "2"}).exit_code == 0);
  const CommandResult both = run_vgan(runs.path(), {"report", "a", "b", "--as-is"});
  CHECK(both.exit_code == 0);
  CHECK_THAT(both.out, ContainsSubstring("wrote report.html: 2 runs, "));
  CHECK_THAT(file_text(runs.path() / "report.html"), ContainsSubstring("2 runs side by side"));
}

TEST_CASE("cli: report says what is no run") {
  const TinyRuns runs;
  const CommandResult none = run_vgan(runs.path(), {"report"});
  CHECK(none.exit_code == 2);
  const CommandResult absent = run_vgan(runs.path(), {"report", "nowhere"});
  CHECK(absent.exit_code == 74);
  CHECK_THAT(absent.err, ContainsSubstring("nowhere"));
  fs::create_directory(runs.path() / "empty");
  const CommandResult empty = run_vgan(runs.path(), {"report", "empty"});
  CHECK(empty.exit_code == 65);
  CHECK_THAT(empty.err, ContainsSubstring("no run in it"));
}

TEST_CASE("cli: a report that cannot be written ends no run") {
  const TinyRuns runs;
  REQUIRE(runs.run("a").exit_code == 0);
  fs::create_directory(runs.path() / "a/report.html");
  const CommandResult more =
      run_vgan(runs.path(), {"--resume", "a", "--epochs", "5", "--report", "on"});
  CHECK(more.exit_code == 0);
  CHECK_THAT(more.err, ContainsSubstring("no report: "));
}
