// A process whose locale writes 0,5 for one half: every file and message has its numbers with a
// point, the same bytes as in the C locale.
#include <locale.h>
#include <stdlib.h>

#include <cmath>
#include <cstdio>
#include <locale>
#include <map>
#include <regex>
#include <sstream>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/generate/generate.hpp"
#include "engine/generate/reconstruct.hpp"
#include "engine/run/run.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"

using namespace vgan;
using namespace vgan::testing;
namespace fs = std::filesystem;

namespace {

/// German numbers in C++ streams that are made from here on.
class CommaStreams {
 public:
  CommaStreams() : before_(std::locale::global(std::locale(std::locale::classic(), new German))) {}
  ~CommaStreams() { std::locale::global(before_); }

 private:
  struct German : std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
    char do_thousands_sep() const override { return '.'; }
    std::string do_grouping() const override { return "\3"; }
  };
  std::locale before_;
};

/// German numbers in printf and strtod: de_DE, made on the spot where there is localedef.
class CommaC {
 public:
  CommaC() {
    const std::string made = (folder_.path() / "de_DE.UTF-8").string();
    const std::string command = "localedef -i de_DE -f UTF-8 '" + made + "' >/dev/null 2>&1";
    if (std::system(command.c_str()) != 0) return;
    setenv("LOCPATH", folder_.path().c_str(), 1);
    there_ = setlocale(LC_ALL, "de_DE.UTF-8") != nullptr && *localeconv()->decimal_point == ',';
  }
  ~CommaC() {
    setlocale(LC_ALL, "C");
    unsetenv("LOCPATH");
  }
  bool there() const { return there_; }

 private:
  TempDir folder_;
  bool there_ = false;
};

/// Runs in the folder "a" of one place, so that paths are the same each time.
struct Place {
  TempDir folder;

  Place() {
    const Trials bars = bar_images(64);
    const auto& pixels = std::get<std::vector<std::uint8_t>>(bars.values);
    std::vector<float> values;
    for (const std::uint8_t pixel : pixels)
      values.push_back(static_cast<float>(pixel) * 0.0125F - 1.5F);
    NpyWriter writer(folder.path() / "bars.npy", ValueType::f32, {64, 6, 6});
    writer.append(std::span<const float>(values));
    writer.finish();
  }

  // Everything that writes or reads a number, by file; what is timed is left out.
  std::map<std::string, std::string> work(const std::string& model) const {
    const fs::path run = folder.path() / "a";
    fs::remove_all(run);
    RunRequest request;
    request.config = preset(model == "ae" ? "ae" : "default");
    request.config.data = (folder.path() / "bars.npy").string();
    request.config.out = run.string();
    request.config.device = "cpu";
    request.config.precision = vgan::PrecisionKind::fp32;
    request.config.threads = 1;
    request.config.batch = 16;
    request.config.epochs = 3;
    request.config.lr = 1.0 / 3000.0;
    request.config.g_layers = {16};
    request.config.d_layers = {16};
    (void)run_training(request);
    RunRequest more;
    more.resume = true;
    more.resume_from = run;
    more.config.epochs = 5;
    more.given = {"epochs"};
    (void)run_training(more);

    std::map<std::string, std::string> files;
    files["described"] = describe_checkpoint(run);
    files["read back"] = print_config(read_config(run / "config.toml"), true);
    GenerateRequest samples;
    samples.model = run;
    samples.count = 20;
    samples.device = "cpu";
    for (const char* name : {"more.npy", "more.png", "more.idx"}) {
      samples.out = (run / name).string();
      (void)generate(samples);
    }
    if (model == "ae") {
      ReconstructRequest again;
      again.model = run;
      again.data = request.config.data;
      again.device = "cpu";
      again.out = (run / "again.npy").string();
      files["errors"] = exact_text(reconstruct(again).errors.squared);
    }
    try {
      request.config.lr = -1.5;
      (void)run_training(request);
    } catch (const Error& error) {
      files["message"] = error.what();
    }
    for (const auto& entry : fs::recursive_directory_iterator(run)) {
      if (!entry.is_regular_file()) continue;
      const std::string name = fs::relative(entry.path(), run).string();
      files[name] = std::regex_replace(read_text(entry.path()),
                                       std::regex("\"(seconds|epochs_per_second)\":[0-9.]+"), "");
    }
    return files;
  }
};

void check_same(const std::map<std::string, std::string>& found,
                const std::map<std::string, std::string>& expected) {
  CHECK(found.size() == expected.size());
  for (const auto& [name, text] : expected) {
    INFO(name);
    REQUIRE(found.contains(name));
    CHECK((found.at(name) == text));
  }
  CHECK(expected.at("metrics.jsonl").find("\"epoch\":5") != std::string::npos);
  CHECK_THAT(expected.at("message"), ContainsSubstring("-1.5"));
  CHECK_THAT(expected.at("config.toml"), ContainsSubstring("lr = 0.000333333"));
}

}  // namespace

TEST_CASE("a comma in the locale of C++ changes no byte", "[engine][run]") {
  const Place place;
  for (const char* model : {"gan", "ae"}) {
    const auto expected = place.work(model);
    const CommaStreams german;
    REQUIRE((std::ostringstream() << 1234.5).str() == "1.234,5");
    check_same(place.work(model), expected);
  }
}

TEST_CASE("a comma in the locale of C changes no byte", "[engine][run][long]") {
  const Place place;
  for (const char* model : {"gan", "ae"}) {
    const auto expected = place.work(model);
    const CommaC german;
    if (!german.there()) VGAN_SKIP("no German locale: localedef cannot make de_DE here");
    const CommaStreams streams;
    check_same(place.work(model), expected);
  }
}

TEST_CASE("numbers are as printf writes them, and read back", "[engine]") {
  const auto printed = [](const char* format, int digits, double value) {
    char text[400];
    std::snprintf(text, sizeof(text), format, digits, value);
    return std::string(text);
  };
  for (const double value : {0.0, -0.0, 1.0, 1.0 / 3.0, -2.5, 1e-7, 123456.0, 1234567.0, 99999.95,
                             1e300, -1e-300, 4.9e-324, HUGE_VAL, -HUGE_VAL}) {
    INFO(value);
    for (int digits = 0; digits < 12; ++digits) {
      CHECK(general_text(value, digits) == printed("%.*g", digits, value));
      CHECK(fixed_text(value, digits) == printed("%.*f", digits, value));
      CHECK(scientific_text(value, digits) == printed("%.*e", digits, value));
    }
    CHECK(read_number<double>(exact_text(value)) == value);
  }
  CHECK(general_text(std::nan("")) == "nan");
  CHECK(exact_text(std::nan("")) == "nan");
  CHECK(exact_text(0.1 + 0.2) == "0.30000000000000004");
  CHECK(exact_text(10.0, 1) == "1e+01");
  CHECK(exact_text(2e-4) == "0.0002");
  for (const char* text : {"", " 1", "1 ", "+1", "1,5", "0x1", "1e999", "one"}) {
    CHECK_FALSE(read_number<double>(text).has_value());
  }
  CHECK(read_number<int>("12") == 12);
  CHECK_FALSE(read_number<int>("12.0").has_value());
}
