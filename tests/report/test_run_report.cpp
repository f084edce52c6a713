// The report of runs: whole, self-contained, bounded, and honest about what is missing.
#include "engine/report/run_report.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/run/run.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;
using Catch::Matchers::ContainsSubstring;

namespace {

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// The names of elements that are open at the end, or closed without having been opened; what stands
// in style and script is no markup.
std::string unbalanced(const std::string& html) {
  std::vector<std::string> open;
  std::size_t at = html.find("<html");
  while ((at = html.find('<', at)) != std::string::npos) {
    const std::size_t end = html.find('>', at);
    if (end == std::string::npos) return "a tag without an end";
    const std::string tag = html.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" />", 1));
    if (tag.front() == '/') {
      if (open.empty() || "/" + open.back() != name) return name;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
    at = name == "style" || name == "script" ? html.find("</" + name, end) : end;
  }
  return open.empty() ? "" : open.back();
}

// What a browser would load from elsewhere.
std::string outside(std::string html) {
  for (const char* address : {"http://www.w3.org/2000/svg"}) {  // a name, which is not loaded
    for (std::size_t at = 0; (at = html.find(address)) != std::string::npos;) {
      html.erase(at, std::string(address).size());
    }
  }
  for (const char* sign : {"http:", "https:", "src=\"/", "@import", "url(", "<link", "<iframe"}) {
    if (html.find(sign) != std::string::npos) return sign;
  }
  return "";
}

struct Reports {
  TempDir folder;

  Reports() { write_tiny_images(folder.path() / "tiny.npy", 60); }

  fs::path train(const std::string& name) const {
    RunRequest request;
    request.config = small_config();
    request.config.data = (folder.path() / "tiny.npy").string();
    request.config.out = (folder.path() / name).string();
    request.config.sample_every = 5;
    return run_training(request).folder;
  }
  ReportResult report(const std::vector<fs::path>& runs, bool measure = false) const {
    ReportRequest request;
    request.runs = runs;
    request.device = "cpu";
    request.threads = 1;
    request.measure = measure;
    if (runs.size() > 1) request.out = folder.path() / "both.html";
    return write_report(request);
  }
};

void check_whole(const std::string& html) {
  CHECK(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
  CHECK(unbalanced(html) == "");
  CHECK(outside(html) == "");
  CHECK(html.size() < most_report_bytes);
  CHECK_THAT(html, ContainsSubstring("default-src 'none'") ||
                       ContainsSubstring("default-src &#39;none&#39;"));
  CHECK_THAT(html, !ContainsSubstring("=\"nan\"") && !ContainsSubstring("=\"inf\""));
}

}  // namespace

TEST_CASE("a run's report is one whole page that needs no other", "[engine][report]") {
  const Reports runs;
  const fs::path run = runs.train("run");
  const ReportResult result = runs.report({run}, true);
  CHECK(result.out == run / "report.html");
  CHECK(result.runs == 1);
  CHECK(result.missing.empty());
  CHECK(fs::exists(run / "evaluation.json"));
  const std::string html = text_of(result.out);
  CHECK(result.bytes == html.size());
  check_whole(html);
  for (const char* part : {"id=\"summary\"", "id=\"samples\"", "id=\"measures\"", "id=\"training\"",
                           "id=\"neighbours\"", "id=\"repeat\"", "What was learnt",
                           "vgan_cuda train --preset default", "type=\"range\""}) {
    CHECK_THAT(html, ContainsSubstring(part));
  }
  CHECK_THAT(html, ContainsSubstring("The run held out nothing") &&
                       ContainsSubstring("Train with --hold-out 0.17."));  // 10 of 60
  // An evaluation that is there is not measured again.
  const auto written = fs::last_write_time(run / "evaluation.json");
  (void)runs.report({run}, true);
  CHECK(fs::last_write_time(run / "evaluation.json") == written);
}

TEST_CASE("a report says what its run lacks", "[engine][report]") {
  const Reports runs;
  const fs::path run = runs.train("run");
  const auto without = [&](const char* name, const std::string& said) {
    INFO(name);
    fs::remove_all(run / name);
    const ReportResult result = runs.report({run});
    const std::string html = text_of(result.out);
    check_whole(html);
    CHECK_THAT(html, ContainsSubstring(said));
  };
  without("metrics.jsonl", "metrics.jsonl: there is no such file");
  std::ofstream(run / "metrics.jsonl") << "";  // an empty one is a run's as well
  without("samples", "samples/: there is no such folder");
  without("real.png", "Summary");
  fs::remove(runs.folder.path() / "tiny.npy");
  without("losses.png", "the data: ");
  without("checkpoints", "checkpoints/: ");
  without("config.toml", "config.toml: ");
}

TEST_CASE("a run that broke off says why", "[engine][report]") {
  const Reports runs;
  const fs::path run = runs.train("run");
  ReportRequest request;
  request.runs = {run};
  request.measure = false;
  request.failure = "training diverged: <epoch 3>";
  const std::string html = text_of(write_report(request).out);
  check_whole(html);
  CHECK_THAT(html, ContainsSubstring("training diverged: &lt;epoch 3&gt;"));
}

TEST_CASE("runs stand side by side", "[engine][report]") {
  const Reports runs;
  const fs::path a = runs.train("set/a"), b = runs.train("set/b");
  const ReportResult both = runs.report({a, b});
  CHECK(both.runs == 2);
  check_whole(text_of(both.out));
  CHECK_THAT(text_of(both.out), ContainsSubstring("2 runs side by side"));
  // The folder that holds them stands for them.
  const ReportResult set = runs.report({runs.folder.path() / "set"});
  CHECK(set.runs == 2);
  CHECK(set.out == runs.folder.path() / "set/report.html");
}

TEST_CASE("names that others chose stay text in the page", "[engine][report]") {
  const Reports runs;
  const fs::path run = runs.train("</script><img src=x onerror=alert(1)>");
  std::ofstream(run / "metrics.jsonl", std::ios::app)
      << "{\"event\":\"alarm\",\"epoch\":3,\"alarm\":\"<script>\",\"text\":\"\\u0000</style>\"}\n";
  const std::string html = text_of(runs.report({run}).out);
  check_whole(html);
  CHECK_THAT(html, !ContainsSubstring("<img src=x") && !ContainsSubstring("<script>\\x00"));
}

TEST_CASE("what holds no run has no report", "[engine][report]") {
  const Reports runs;
  CHECK_THROWS_AS(runs.report({runs.folder.path() / "none"}), Error);
  CHECK_THROWS_AS(runs.report({}), Error);
  fs::create_directory(runs.folder.path() / "empty");
  CHECK_THROWS_AS(runs.report({runs.folder.path() / "empty"}), Error);
  CHECK_FALSE(fs::exists(runs.folder.path() / "empty/report.html"));
}
