// Autoencoders from the shell: a run, its folder, and trials through it and back.
#ifdef VGAN_BINARY

#include <cmath>

#include "engine/data/builtin/digits.hpp"
#include "engine/data/readers/npy.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

constexpr std::size_t pixels = 28 * 28;

/// 200 digits in digits.npy, and runs on them.
struct Digits {
  Digits() {
    const vgan::Trials images = vgan::make_digits(3, 200);
    bytes = std::get<std::vector<std::uint8_t>>(images.values);
    vgan::NpyWriter writer(path() / "digits.npy", vgan::ValueType::u8, {200, 28, 28});
    writer.append(std::span<const std::uint8_t>(bytes));
    writer.finish();
    std::vector<float> floats;
    for (const std::uint8_t byte : bytes) floats.push_back(static_cast<float>(byte) / 255.0F);
    vgan::NpyWriter other(path() / "floats.npy", vgan::ValueType::f32, {200, 28, 28});
    other.append(std::span<const float>(floats));
    other.finish();
  }

  const std::filesystem::path& path() const { return runs.path(); }

  CommandResult train(const std::string& model, const Words& more = {}) const {
    Words words = {"--preset",   "vae", "--model",  model, "--latent",    "6",
                   "--g-layers", "64",  "--batch",  "32",  "--d-layers",  "64",
                   "--epochs",   "50",  "--device", "cpu", "--precision", "fp32",
                   "--threads",  "1",   "--out",    model, "--data",      "digits.npy",
                   "--hold-out", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(path(), words);
  }

  CommandResult reconstruct(const std::string& model, const Words& more) const {
    Words words = {"reconstruct", "--model", model,         "--data", "digits.npy",
                   "--device",    "cpu",     "--precision", "fp32"};
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(path(), words);
  }

  bool is_png(const std::string& name) const {
    return file_text(path() / name).starts_with("\x89PNG\r\n\x1a\n");
  }

  TinyRuns runs;
  std::vector<std::uint8_t> bytes;
};

// The number that follows `name` in the table.
double value_of(const std::string& table, const std::string& name) {
  const std::size_t at = table.find(name);
  REQUIRE(at != std::string::npos);
  return std::stod(table.substr(at + name.size()));
}

}  // namespace

TEST_CASE("cli: a vae is trained, and digits go through it and back") {
  const Digits digits;
  const CommandResult run = digits.train("vae");
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  for (const char* said : {"encoder        784-64-12", "decoder        6-64-784", "reconstruction ",
                           "KL ", "reconstructions.png", "reconstruction and KL over time"}) {
    CHECK_THAT(run.out, ContainsSubstring(said));
  }
  CHECK(digits.is_png("vae/reconstructions.png"));
  CHECK(digits.is_png("vae/losses.png"));
  const auto metrics = digits.runs.metrics("vae");
  REQUIRE(metrics.size() == 50);
  for (const auto& line : metrics) {
    CHECK(line.size() == 5);
    for (const char* key : {"reconstruction", "squared_error", "kl"}) CHECK(line[key] > 0.0);
  }
  CHECK(metrics.back()["reconstruction"] < metrics.front()["reconstruction"]);

  const CommandResult all = digits.reconstruct("vae", {"--errors", "errors.npy"});
  INFO(all.err);
  REQUIRE(all.exit_code == 0);
  CHECK(all.err.empty());
  CHECK_THAT(all.out, ContainsSubstring("wrote reconstructions.npy and errors.npy; vae of vae"));
  const vgan::Trials made = vgan::read_npy_trials(digits.path() / "reconstructions.npy");
  REQUIRE(made.count == 200);
  REQUIRE(made.shape.height == 28);
  const auto& got = std::get<std::vector<std::uint8_t>>(made.values);
  const vgan::Conditions errors = vgan::read_conditions(digits.path() / "errors.npy");
  REQUIRE(errors.values.size() == 200);
  double squared = 0.0;
  double unrounded = 0.0;
  double absolute = 0.0;
  for (std::size_t n = 0; n < 200; ++n) {
    double of_trial = 0.0;
    for (std::size_t j = n * pixels; j < (n + 1) * pixels; ++j) {
      const double off = double{got[j] + 0.0} - double{digits.bytes[j] + 0.0};
      of_trial += off * off / pixels;
      absolute += std::fabs(off) / static_cast<double>(200 * pixels);
    }
    // The errors are those of outputs from 0 to 1, which are not rounded to bytes as the
    // reconstructions are.
    CHECK(static_cast<double>(errors.values[n]) * 255 * 255 == Approx(of_trial).epsilon(0.01));
    squared += of_trial / 200;
    unrounded += static_cast<double>(errors.values[n]) / 200;
  }
  // The table has six digits.
  CHECK(value_of(all.out, "trials") == 200);
  CHECK(value_of(all.out, "mean squared error") == Approx(unrounded).epsilon(1e-5));
  CHECK(value_of(all.out, "root mean square error") == Approx(std::sqrt(squared)).epsilon(1e-5));
  CHECK(value_of(all.out, "mean absolute error") == Approx(absolute).epsilon(1e-5));
  // The averaged networks, on all trials, beside the last batch of those that were trained.
  const double last = metrics.back()["reconstruction"].get<double>();
  CHECK(value_of(all.out, "-log p") == Approx(last).epsilon(0.5));
  CHECK(value_of(all.out, "KL") > 0.0);
}

TEST_CASE("cli: reconstruct writes the data's own type, some trials, and pictures") {
  const Digits digits;
  REQUIRE(digits.train("ae", {"--latent-mixture", "2"}).exit_code == 0);
  const CommandResult u8 = digits.reconstruct("ae", {"--out", "all.npy"});
  REQUIRE(u8.exit_code == 0);
  CHECK(u8.out.find("KL") == std::string::npos);

  const CommandResult some = digits.reconstruct("ae", {"--out", "some.npy", "--count", "7"});
  REQUIRE(some.exit_code == 0);
  CHECK(value_of(some.out, "trials") == 7);
  const auto all_made = vgan::read_npy_trials(digits.path() / "all.npy");
  const auto some_made = vgan::read_npy_trials(digits.path() / "some.npy");
  const auto& all_bytes = std::get<std::vector<std::uint8_t>>(all_made.values);
  const auto& some_bytes = std::get<std::vector<std::uint8_t>>(some_made.values);
  CHECK(some_made.count == 7);
  CHECK(std::equal(some_bytes.begin(), some_bytes.end(), all_bytes.begin()));

  // The digits as floats have the errors that they have as bytes, but for the rounding to bytes.
  const CommandResult floats =
      digits.reconstruct("ae", {"--data", "floats.npy", "--out", "floats-made.npy"});
  INFO(floats.err);
  REQUIRE(floats.exit_code == 0);
  const auto made = vgan::read_npy_trials(digits.path() / "floats-made.npy");
  const auto& values = std::get<std::vector<float>>(made.values);
  for (std::size_t i = 0; i < values.size(); ++i) {
    REQUIRE(std::fabs(values[i] * 255.0F - static_cast<float>(all_bytes[i])) < 0.51F);
  }
  CHECK(value_of(floats.out, "mean squared error") ==
        Approx(value_of(u8.out, "mean squared error")).epsilon(1e-4));
  CHECK(value_of(floats.out, "root mean square error") * 255 ==
        Approx(value_of(u8.out, "root mean square error")).epsilon(0.01));

  // The picture that the run left is of every fourth of the 200.
  std::vector<std::uint8_t> fourths;
  for (std::size_t n = 0; n < 200; n += 4) {
    const auto first = digits.bytes.begin() + static_cast<std::ptrdiff_t>(n * pixels);
    fourths.insert(fourths.end(), first, first + pixels);
  }
  vgan::NpyWriter writer(digits.path() / "fourths.npy", vgan::ValueType::u8, {50, 28, 28});
  writer.append(std::span<const std::uint8_t>(fourths));
  writer.finish();
  REQUIRE(digits.reconstruct("ae", {"--data", "fourths.npy", "--out", "f.png"}).exit_code == 0);
  CHECK(file_text(digits.path() / "f.png") ==
        file_text(digits.path() / "ae" / "reconstructions.png"));

  for (const Words& words :
       {Words{"--out", "sheet.png"}, Words{"--out", "s.png", "--count", "13"}}) {
    const CommandResult sheet = digits.reconstruct("ae", words);
    INFO(sheet.err);
    CHECK(sheet.exit_code == 0);
    CHECK(digits.is_png(words[1]));
  }
  CHECK(value_of(digits.reconstruct("ae", {"--out", "sheet.png"}).out, "trials") == 50);
}

TEST_CASE("cli: reconstruct says which trials are outside the range that the model knows") {
  const Digits digits;
  REQUIRE(digits.train("vae", {"--data", "floats.npy", "--epochs", "2"}).exit_code == 0);
  CHECK(digits.reconstruct("vae", {"--data", "floats.npy"}).err.empty());
  std::vector<float> wide(3 * pixels, 0.5F);
  wide[5] = 1.5F;
  wide[2 * pixels] = -0.25F;
  wide[2 * pixels + 1] = 7.0F;
  vgan::NpyWriter writer(digits.path() / "wide.npy", vgan::ValueType::f32, {3, 28, 28});
  writer.append(std::span<const float>(wide));
  writer.finish();
  const CommandResult made = digits.reconstruct("vae", {"--data", "wide.npy"});
  INFO(made.err);
  CHECK(made.exit_code == 0);
  CHECK(made.err ==
        "2 of 3 trials have numbers outside 0..1, the range that the model was trained on, and "
        "cannot come back as they are\n");
  CHECK(vgan::read_npy_trials(digits.path() / "reconstructions.npy").count == 3);
  // Only those that are reconstructed.
  CHECK_THAT(digits.reconstruct("vae", {"--data", "wide.npy", "--count", "2"}).err,
             ContainsSubstring("1 of 2 trials have"));
  // Bytes have a range of their own.
  CHECK(digits.reconstruct("vae", {}).err.empty());
}

TEST_CASE("cli: an ae says what its samples are drawn from") {
  const Digits digits;
  const CommandResult run = digits.train("ae");
  REQUIRE(run.exit_code == 0);
  const std::string text = "a Gaussian fitted to 200 codes";
  CHECK_THAT(run.out, ContainsSubstring("squared error "));
  CHECK_THAT(run.out, ContainsSubstring(text));
  for (const auto& line : digits.runs.metrics("ae")) {
    CHECK(line.size() == 4);
    CHECK(line["squared_error"] > 0.0);
  }
  CHECK_THAT(run_vgan(digits.path(), {"inspect", "ae"}).out, ContainsSubstring(text));
  const Words generate = {"generate", "--model", "ae", "--count", "20", "--precision", "fp32"};
  CHECK_THAT(run_vgan(digits.path(), generate).out, ContainsSubstring("samples from " + text));
  // The run's own samples are the first of the same seed.
  const std::string file = file_text(digits.path() / "samples.npy");
  const std::string own = file_text(digits.path() / "ae" / "samples.npy");
  CHECK(file.substr(file.size() - 20 * pixels) ==
        own.substr(own.size() - 1000 * pixels, 20 * pixels));
}

TEST_CASE("cli: an autoencoder's run goes on with its curves") {
  const Digits digits;
  REQUIRE(digits.train("vae", {"--epochs", "30", "--save-every", "10"}).exit_code == 0);
  const CommandResult more =
      run_vgan(digits.path(), {"--resume", "vae", "--epochs", "40", "--threads", "1"});
  INFO(more.err);
  REQUIRE(more.exit_code == 0);
  REQUIRE(digits.train("vae", {"--epochs", "40", "--out", "whole"}).exit_code == 0);
  CHECK(same_tensors(digits.runs.newest("vae").checkpoint, digits.runs.newest("whole").checkpoint));
  const auto metrics = digits.runs.metrics("vae");
  const auto whole = digits.runs.metrics("whole");
  REQUIRE(metrics.size() == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    for (const char* key : {"epoch", "reconstruction", "squared_error", "kl"}) {
      CHECK(metrics[i][key] == whole[i][key]);
    }
  }
  CHECK(file_text(digits.path() / "vae/reconstructions.png") ==
        file_text(digits.path() / "whole/reconstructions.png"));
}

TEST_CASE("cli: reconstruct refuses what it cannot do") {
  const Digits digits;
  REQUIRE(digits.train("ae", {"--epochs", "2"}).exit_code == 0);
  REQUIRE(digits.runs.run("gan").exit_code == 0);
  const auto refuse = [&](const Words& words, int exit_code, const Words& said) {
    const CommandResult result = run_vgan(digits.path(), words);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(is_one_complaint(result.err));
    for (const std::string& part : said) CHECK_THAT(result.err, ContainsSubstring(part));
  };
  const Words base = {"reconstruct", "--model", "ae", "--data", "digits.npy"};
  const auto with = [&](const Words& more) {
    Words words = base;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  refuse(with({"--model", "gan", "--data", "tiny.npy"}), 78,
         {"a gan, which has no encoder", "--model vae"});
  refuse(with({"--data", "tiny.npy"}), 65, {"8 x 8", "28 x 28"});
  refuse(with({"--data", "nowhere.npy"}), 74, {"nowhere.npy"});
  refuse(with({"--model", "nowhere"}), 74, {"nowhere"});
  refuse(with({"--model", "tiny.npy"}), 65, {"tiny.npy"});
  refuse(with({"--out", "r.jpeg"}), 78, {"r.jpeg"});
  refuse(with({"--errors", "e.txt"}), 78, {"e.txt"});
  refuse(with({"--out", "r.npy", "--errors", "./r.npy"}), 2, {"--out and --errors", "r.npy"});
  refuse(with({"--errors", "reconstructions.npy"}), 2, {"reconstructions.npy"});
  refuse(with({"--out", "./digits.npy"}), 2, {"out: found './digits.npy', which is read"});
  refuse(with({"--errors", "digits.npy"}), 2, {"errors: found 'digits.npy', which is read"});
  refuse(with({"--errors", "tiny.npy/e.npy"}), 74, {"cannot make the folder: tiny.npy"});
  refuse(with({"--precision", "fp64"}), 78, {"precision: found 'fp64'; allowed auto, fp32"});
  refuse(with({"--count", "201"}), 78, {"201", "200"});
  refuse(with({"--out", "tiny.npy/r.npy"}), 74, {"cannot make the folder: tiny.npy"});
  refuse(with({"--device", "cuda:99"}), 69, {"cuda:99"});
  refuse(with({"--encode"}), 2, {"--encode"});
  refuse({"reconstruct", "--data", "digits.npy"}, 2, {"no model", "reconstruct runs/0001"});
  refuse({"reconstruct", "--model", "ae"}, 2, {"--data"});
  CHECK_FALSE(std::filesystem::exists(digits.path() / "reconstructions.npy"));
  const CommandResult help = run_vgan(digits.path(), {"--help"});
  CHECK_THAT(help.out, ContainsSubstring("vgan_cuda reconstruct RUN --data FILE"));
}

TEST_CASE("cli: the mean squared error is one number, in metrics.jsonl and in reconstruct") {
  const Digits digits;
  // All trials in each batch, and rates so small that the networks stay what they are.
  const Words still = {"--batch", "200", "--epochs", "2", "--lr", "1e-20", "--ema", "0"};
  REQUIRE(digits.train("ae", still).exit_code == 0);
  const double trained = digits.runs.metrics("ae").back()["squared_error"];
  const CommandResult back = digits.reconstruct("ae", {"--out", "new/back.npy"});
  INFO(back.out << back.err);
  REQUIRE(back.exit_code == 0);
  CHECK(value_of(back.out, "mean squared error") == Approx(trained).epsilon(1e-4));
  CHECK_THAT(back.out, ContainsSubstring("in the network's units, as in metrics.jsonl"));
  CHECK(std::filesystem::exists(digits.path() / "new/back.npy"));
}

TEST_CASE("cli: a picture of reconstructions codes only what it shows") {
  const Digits digits;
  REQUIRE(digits.train("ae", {"--epochs", "2"}).exit_code == 0);
  const CommandResult picture = digits.reconstruct("ae", {"--out", "LOOK.PNG"});
  INFO(picture.err);
  REQUIRE(picture.exit_code == 0);
  CHECK(digits.is_png("LOOK.PNG"));
  CHECK(value_of(picture.out, "trials") == 50);
  // Errors that are asked for are of all.
  const CommandResult errors =
      digits.reconstruct("ae", {"--out", "look.png", "--errors", "errors.npy"});
  REQUIRE(errors.exit_code == 0);
  CHECK(value_of(errors.out, "trials") == 200);
  CHECK(digits.is_png("look.png"));
  CHECK(file_text(digits.path() / "look.png") == file_text(digits.path() / "LOOK.PNG"));
}

TEST_CASE("cli: only runs of wgan-gp have the gradient penalty in their metrics") {
  const TinyRuns runs;
  REQUIRE(runs.run("plain").exit_code == 0);
  CHECK_FALSE(runs.metrics("plain").front().contains("gradient_penalty"));
  const CommandResult critic = runs.run("critic", {"--loss", "wgan-gp", "--r1", "0"});
  INFO(critic.err);
  REQUIRE(critic.exit_code == 0);
  for (const auto& line : runs.metrics("critic")) CHECK(line["gradient_penalty"] > 0.0);
}

#endif
