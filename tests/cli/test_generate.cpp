// Samples on demand: forms, reproducibility, and standard output.
#ifdef VGAN_BINARY

#include <sys/stat.h>

#include <cmath>
#include <set>

#include "engine/data/readers/idx.hpp"
#include "engine/data/readers/npy.hpp"
#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

constexpr std::size_t pixels = 64;

/// A trained model "m" in a folder.
struct Model {
  TinyRuns runs;
  Model() { REQUIRE(runs.run("m", {"--ema", "0.9"}).exit_code == 0); }

  CommandResult generate(const Words& more) const {
    Words words = {"generate", "--model", "m", "--device", "cpu", "--precision", "fp32"};
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(runs.path(), words);
  }

  // Raw bytes of samples on standard output.
  std::string bytes(const Words& more) const {
    Words words = {"--out", "-"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = generate(words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  }

  std::string file(const std::string& name) const { return file_text(runs.path() / name); }
};

std::size_t npy_data(const std::string& file) {
  return 10 + static_cast<unsigned char>(file[8]) + 256U * static_cast<unsigned char>(file[9]);
}

}  // namespace

TEST_CASE("cli: generate writes every form") {
  const Model model;
  const CommandResult npy = model.generate({"--count", "5", "--out", "s.npy", "--shape", "flat"});
  REQUIRE(npy.exit_code == 0);
  CHECK(npy.err.empty());
  CHECK_THAT(npy.out, ContainsSubstring("wrote s.npy: 5 samples of 8 x 8, "));
  for (const char* stage : {"computed ", "delivered ", "written "}) {
    CHECK_THAT(npy.out, ContainsSubstring(stage));
  }
  const std::string flat = model.file("s.npy");
  CHECK_THAT(flat.substr(0, 128), ContainsSubstring("'descr': '|u1'"));
  CHECK_THAT(flat.substr(0, 128), ContainsSubstring("(5, 64)"));
  CHECK(flat.substr(npy_data(flat)) == model.bytes({"--count", "5"}));

  // Left alone, the shape is the data's, as that of the run's own samples is.
  REQUIRE(model.generate({"--count", "5", "--out", "d.npy"}).exit_code == 0);
  CHECK_THAT(model.file("d.npy").substr(0, 128), ContainsSubstring("(5, 8, 8)"));
  CHECK_THAT(model.file("m/samples.npy").substr(0, 128), ContainsSubstring("(1000, 8, 8)"));

  REQUIRE(model.generate({"--count", "5", "--out", "i.npy", "--shape", "image", "--dtype", "u8"})
              .exit_code == 0);
  const std::string image = model.file("i.npy");
  CHECK_THAT(image.substr(0, 128), ContainsSubstring("'descr': '|u1'"));
  CHECK_THAT(image.substr(0, 128), ContainsSubstring("(5, 8, 8)"));
  const std::string u8 = model.bytes({"--count", "5", "--dtype", "u8"});
  CHECK(image.substr(npy_data(image)) == u8);

  REQUIRE(model.generate({"--count", "5", "--out", "s.idx"}).exit_code == 0);
  const vgan::Trials idx = vgan::read_idx_trials(model.runs.path() / "s.idx");
  CHECK(idx.count == 5);
  const auto& idx_pixels = std::get<std::vector<std::uint8_t>>(idx.values);
  CHECK(std::string(idx_pixels.begin(), idx_pixels.end()) == u8);

  REQUIRE(model.generate({"--count", "5", "--out", "s.png"}).exit_code == 0);
  CHECK(model.file("s.png").starts_with("\x89PNG\r\n\x1a\n"));

  REQUIRE(model.generate({"--count", "5", "--out", "s.dat", "--format", "raw"}).exit_code == 0);
  CHECK(model.file("s.dat") == model.bytes({"--count", "5"}));
}

TEST_CASE("cli: floats and u8 are the same samples") {
  const Model model;
  const std::string floats = model.bytes({"--count", "3", "--dtype", "f32"});
  const std::string u8 = model.bytes({"--count", "3"});
  REQUIRE(floats.size() == 3 * pixels * sizeof(float));
  REQUIRE(u8.size() == 3 * pixels);
  for (std::size_t i = 0; i < u8.size(); ++i) {
    float value = 0.0F;
    std::memcpy(&value, floats.data() + i * sizeof(float), sizeof(float));
    REQUIRE((value >= 0.0F && value <= 255.0F));
    CHECK(static_cast<float>(static_cast<unsigned char>(u8[i])) == std::nearbyint(value));
  }
}

TEST_CASE("cli: a sample depends on its seed and its number alone") {
  const Model model;
  const std::string many = model.bytes({"--count", "1000"});
  constexpr std::size_t sample = pixels;
  REQUIRE(many.size() == 1000 * sample);
  CHECK(model.bytes({"--count", "10"}) == many.substr(0, 10 * sample));
  CHECK(model.bytes({"--count", "10", "--first", "5"}) == many.substr(5 * sample, 10 * sample));
  CHECK(model.bytes({"--count", "300", "--first", "250"}) ==
        many.substr(250 * sample, 300 * sample));
  CHECK(model.bytes({"--count", "1000", "--threads", "2"}) ==
        model.bytes({"--count", "1000", "--threads", "1"}));
  CHECK(model.bytes({"--count", "10", "--seed", "1"}) == many.substr(0, 10 * sample));
  CHECK(model.bytes({"--count", "10", "--seed", "2"}) != many.substr(0, 10 * sample));
  std::set<std::string> different;
  for (std::size_t n = 0; n < 1000; ++n) different.insert(many.substr(n * sample, sample));
  CHECK(different.size() == 1000);
}

TEST_CASE("cli: --raw-weights and --precision change the samples") {
  const Model model;
  const std::string average = model.bytes({"--count", "2"});
  CHECK(model.bytes({"--count", "2", "--raw-weights"}) != average);
  CHECK(model.bytes({"--count", "2", "--precision", "bf16"}) != average);
}

TEST_CASE("cli: standard output carries samples and nothing else") {
  const Model model;
  const CommandResult result = model.generate({"--count", "7", "--out", "-", "--dtype", "u8"});
  CHECK(result.exit_code == 0);
  CHECK(result.out.size() == 7 * pixels);
  CHECK_THAT(result.err, ContainsSubstring("wrote standard output: 7 samples"));
}

TEST_CASE("cli: standard output that takes no more is exit 74") {
  const Model model;
  const Words words = {"generate", "--model", "m", "--count", "1000", "--out", "-"};
  const CommandResult full = Command(model.runs.path(), words, "/dev/full").wait();
  CHECK(full.exit_code == 74);
  CHECK(is_one_complaint(full.err));

  // A full device that is named with --out is refused too, where the count takes many blocks and
  // the next is computed before the last is written.
  const CommandResult device = model.generate(
      {"--count", "100000", "--dtype", "u8", "--out", "/dev/full", "--format", "raw"});
  CHECK(device.exit_code == 74);
  CHECK(is_one_complaint(device.err));
  CHECK_THAT(device.err, ContainsSubstring("/dev/full"));

  // A reader that goes away: nobody opens the other end of the pipe for more than a moment.
  const std::filesystem::path pipe = model.runs.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  REQUIRE(reader >= 0);
  Command command(model.runs.path(),
                  {"generate", "--model", "m", "--count", "1000000", "--out", "-"}, pipe.string());
  close(reader);
  const CommandResult closed = command.wait();
  INFO(closed.err);
  CHECK(closed.exit_code == 74);
  CHECK(is_one_complaint(closed.err));
}

TEST_CASE("cli: generate refuses what does not go together") {
  const Model model;
  const auto refuse = [&](const Words& words, int exit_code, const std::string& said) {
    const CommandResult result = model.generate(words);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(result.out.empty());
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  };
  // One answer, whichever way a count is too small.
  refuse({"--count", "0"}, 78, "vgan_cuda: bad setting: count: found 0; allowed 1 to 2^40 - 1\n");
  refuse({"--count", "-3"}, 78, "vgan_cuda: bad setting: count: found -3; allowed 1 to 2^40 - 1\n");
  refuse({"--first", "-3"}, 78, "first: found -3; allowed 0 to 2^40 - 1");
  refuse({"--out", "s.jpeg"}, 78, "s.jpeg");
  refuse({"--out", "-", "--format", "png"}, 78, "out");
  refuse({"--dtype", "f65"}, 78, "dtype: found 'f65'; allowed auto, u8");
  refuse({"--out", "s.png", "--dtype", "f32"}, 78, "dtype: found 'f32' of a picture");
  refuse({"--out", "s.idx", "--dtype", "f16"}, 78, "numbers of type f16; allowed u8, i8, i16");
  refuse({"--shape", "cube"}, 78, "shape: found 'cube'");
  refuse({"--format", "gif"}, 78, "format: found 'gif'");
  refuse({"--device", "cuda:99"}, 69, "cuda:99");
  refuse({"--precision", "fp64"}, 78, "precision: found 'fp64'");
  refuse({"--precision", ""}, 78, "precision: found ''");
  refuse({"--out", "tiny.npy/s.npy"}, 74,
         "cannot make the folder: tiny.npy: found Not a directory");
  refuse({"--model", "nowhere"}, 74, "nowhere");
  refuse({"--model", "tiny.npy"}, 65, "tiny.npy");
}

TEST_CASE("cli: generate takes the run as a word, makes folders, and knows endings in any case") {
  const Model model;
  const auto run = [&](const Words& words) {
    const CommandResult result = run_vgan(model.runs.path(), words);
    INFO(result.err);
    CHECK(result.exit_code == 0);
    return result.out;
  };
  run({"generate", "m", "--count", "4", "--out", "new/folders/LOOK.PNG"});
  CHECK(model.file("new/folders/LOOK.PNG").starts_with("\x89PNG\r\n\x1a\n"));
  run({"generate", "m", "--count", "4", "--out", "S.NPY"});
  CHECK(model.file("S.NPY").starts_with("\x93NUMPY"));
  run({"generate", "m", "--count", "4", "--out", "a.Idx"});
  CHECK(vgan::read_idx_trials(model.runs.path() / "a.Idx").count == 4);
  run({"generate", "m", "--count", "4", "--out", "T10K-IMAGES-IDX3-UBYTE"});
  CHECK(vgan::read_idx_trials(model.runs.path() / "T10K-IMAGES-IDX3-UBYTE").count == 4);
  CHECK(run({"inspect", "--model", "m"}) == run({"inspect", "m"}));

  const CommandResult both = run_vgan(model.runs.path(), {"generate", "m", "--model", "other"});
  CHECK(both.exit_code == 2);
  CHECK_THAT(both.err, ContainsSubstring("found 'm' and --model 'other'; allowed one run folder"));
}

TEST_CASE("cli: generate does not write over its checkpoint") {
  const Model model;
  const std::string newest = model.runs.newest("m").file.string();
  const std::string before = file_text(newest);
  std::filesystem::create_symlink(newest, model.runs.path() / "link.raw");
  for (const Words& out : {Words{"--out", newest, "--format", "raw"}, Words{"--out", "link.raw"}}) {
    const CommandResult result = model.generate(out);
    INFO(result.err);
    CHECK(result.exit_code == 2);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(", which is read; allowed a file of its own"));
  }
  CHECK(file_text(newest) == before);
}

#endif
