// Models of classes and of condition vectors, from training to samples of what is asked for.
#ifdef VGAN_BINARY

#include "engine/pictures/grid.hpp"
#include "engine/pictures/png.hpp"
#include "tests/checkpoint/files.hpp"
#include "tests/cli/train_flag_checks.hpp"

using namespace vgan::testing;

namespace {

constexpr std::size_t pixels = 64;

/// A model "m" in a folder, trained with `more`.
struct Model {
  explicit Model(const Words& more) : Model([&](const TinyRuns&) { return more; }) {}
  /// The words from what writes their files.
  template <class Prepare>
  explicit Model(Prepare prepare) {
    write_tiny_labels(runs, "labels.npy");
    write_tiny_vectors(runs, "vectors.npy");
    Words words = {"--lr", "0.01", "--epochs", "12"};
    const Words more = prepare(runs);
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = runs.run("m", words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
  }

  CommandResult generate(const Words& more) const {
    Words words = {"generate", "--model", "m", "--device", "cpu", "--precision", "fp32"};
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(runs.path(), words);
  }

  /// Pixels of samples, those of sample n from n * 64 on.
  std::string bytes(Words words) const {
    words.insert(words.end(), {"--out", "-", "--dtype", "u8"});
    const CommandResult result = generate(words);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result.out;
  }

  void refuse(const Words& words, int exit_code, const std::string& said) const {
    const CommandResult result = generate(words);
    INFO(result.err);
    CHECK(result.exit_code == exit_code);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(said));
  }

  TinyRuns runs;
};

const Words classes = {"--conditional", "--labels", "labels.npy"};
const Words vectors = {"--conditions", "vectors.npy"};

Words both(Words a, const Words& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("cli: samples of a class, for each net") {
  for (const Words& net :
       {Words{}, Words{"--net", "conv", "--g-layers", "6,4", "--d-layers", "4,6"}}) {
    const Model model(both(classes, net));
    const std::string one = model.bytes({"--label", "1", "--count", "5"});
    CHECK(one.size() == 5 * pixels);
    CHECK(one == model.bytes({"--label", "1", "--count", "5"}));
    const std::string two = model.bytes({"--label", "2", "--count", "5"});
    for (std::size_t n = 0; n < 5; ++n) {  // the same noise, another class
      CHECK(one.substr(n * pixels, pixels) != two.substr(n * pixels, pixels));
    }
    CHECK(model.bytes({"--label", "1", "--count", "2", "--first", "3"}) == one.substr(3 * pixels));

    // Each class in turn: rows of the same noise as with --label.
    const std::string turn = model.bytes({"--per-label", "4"});
    CHECK(turn.size() == 3 * 4 * pixels);
    for (int label = 0; label < 3; ++label) {
      const std::string of_label = model.bytes(
          {"--label", std::to_string(label), "--count", "4", "--first", std::to_string(4 * label)});
      CHECK(turn.substr(static_cast<std::size_t>(label) * 4 * pixels, 4 * pixels) == of_label);
    }
    // As they are in the data: every sample is of some class.
    const std::string drawn = model.bytes({"--count", "40"});
    std::set<int> found;
    for (std::size_t n = 0; n < 40; ++n) {
      for (int label = 0; label < 3; ++label) {
        const std::string of_label = model.bytes(
            {"--label", std::to_string(label), "--count", "1", "--first", std::to_string(n)});
        if (drawn.substr(n * pixels, pixels) == of_label) found.insert(label);
      }
      if (found.size() == 3) break;
    }
    CHECK(found.size() == 3);
    CHECK(model.bytes({"--count", "40", "--label", "-1"}) == drawn);
  }
}

TEST_CASE("cli: a sheet has a row for each class") {
  const Model model(classes);
  REQUIRE(model.generate({"--per-label", "5", "--out", "sheet.png"}).exit_code == 0);
  const std::string samples = model.bytes({"--per-label", "5"});
  const auto* data = reinterpret_cast<const std::uint8_t*>(samples.data());
  CHECK(bytes_of(file_text(model.runs.path() / "sheet.png")) ==
        vgan::encode_png(vgan::make_grid(data, 15, 8, 8, 5, 7)));
  REQUIRE(model.generate({"--per-label", "5", "--out", "s.npy"}).exit_code == 0);
  CHECK_THAT(file_text(model.runs.path() / "s.npy").substr(0, 128),
             ContainsSubstring("(15, 8, 8)"));
}

TEST_CASE("cli: samples of condition vectors") {
  const Model model(vectors);
  write_tiny_vectors(model.runs, "few.npy", 1.0F, 3);
  const std::string given = model.bytes({"--conditions", "few.npy", "--count", "6"});
  CHECK(given.size() == 6 * pixels);
  write_tiny_vectors(model.runs, "scaled.npy", 5.0F, 3);
  const std::string scaled = model.bytes({"--conditions", "scaled.npy", "--count", "6"});
  CHECK(given.substr(0, pixels) == scaled.substr(0, pixels));  // row 0 is 0 in both
  CHECK(given.substr(pixels, pixels) != scaled.substr(pixels, pixels));
  CHECK(given.substr(3 * pixels, pixels) == scaled.substr(3 * pixels, pixels));  // row 0 again
  CHECK(model.bytes({"--conditions", "few.npy", "--count", "2", "--first", "4"}) ==
        given.substr(4 * pixels));
  CHECK(model.bytes({"--count", "6"}) != given);

  model.refuse({"--label", "1"}, 78, "not trained with --conditional");
  model.refuse({"--per-label", "2"}, 78, "per-label");
  model.refuse({"--conditions", "labels.npy"}, 78, "2 numbers each");
  model.refuse({"--conditions", "nowhere.npy"}, 74, "nowhere.npy");
  model.refuse({"--conditions", "few.npy", "--out", "./few.npy"}, 2, "'./few.npy', which is read");
  model.refuse({"--conditions", "m/config.toml"}, 65, "config.toml");
}

TEST_CASE("cli: what a model of classes is not asked") {
  const Model model(classes);
  model.refuse({"--label", "3"}, 78, "label: found 3; allowed 0 to 2");
  model.refuse({"--label", "-2"}, 78, "label: found -2");
  model.refuse({"--label", "1", "--per-label", "2"}, 78, "one of them");
  model.refuse({"--per-label", "2", "--count", "7"}, 2, "--per-label with --count");
  model.refuse({"--per-label", "5000000000"}, 78, "per-label");
  model.refuse({"--per-label", "5000", "--out", "s.png"}, 78, "15000");
  model.refuse({"--conditions", "vectors.npy"}, 78, "3 numbers each");
  CHECK(model.runs.files(".") == 5);  // images, labels, vectors and what the command said
  const Model plain({});
  plain.refuse({"--label", "0"}, 78, "not trained with --conditional");
  plain.refuse({"--per-label", "2"}, 78, "not trained with --conditional");
  plain.refuse({"--conditions", "vectors.npy"}, 78, "--conditional or --conditions");
}

TEST_CASE("cli: classes with gaps") {
  const Model model([](const TinyRuns& runs) {
    vgan::NpyWriter writer(runs.path() / "gaps.npy", vgan::ValueType::u8, {24});
    std::vector<std::uint8_t> labels;
    for (int i = 0; i < 24; ++i) labels.push_back(i % 3 == 0 ? 3 : 255);
    writer.append(std::span<const std::uint8_t>(labels));
    writer.finish();
    return Words{"--conditional", "--labels", "gaps.npy"};
  });
  model.refuse({"--label", "5"}, 78,
               "label: found 5, a class without training trials; allowed 3, 255");
  model.refuse({"--label", "256"}, 78, "label: found 256; allowed 3, 255");
  const CommandResult each = model.generate({"--per-label", "3", "--out", "s.npy"});
  CHECK(each.exit_code == 0);
  CHECK(each.err == "left out classes without training trials: 0 to 2, 4 to 254\n");
  CHECK_THAT(file_text(model.runs.path() / "s.npy").substr(0, 128), ContainsSubstring("(6, 8, 8)"));
  const std::string samples = model.bytes({"--per-label", "3"});
  CHECK(samples.substr(3 * pixels) ==
        model.bytes({"--label", "255", "--count", "3", "--first", "3"}));
  const CommandResult said = run_vgan(model.runs.path(), {"inspect", "m"});
  CHECK_THAT(said.out, ContainsSubstring("classes       3, 255\n"));
}

TEST_CASE("cli: a resumed run keeps having conditions, or none") {
  const auto refused = [](const Model& model, const Words& more, const std::string& flag) {
    Words words = {"--resume", "m", "--epochs", "20", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    const CommandResult result = run_vgan(model.runs.path(), words);
    INFO(result.err);
    CHECK(result.exit_code == 78);
    CHECK(is_one_complaint(result.err));
    CHECK_THAT(result.err, ContainsSubstring(flag + ": found") &&
                               ContainsSubstring("a resumed run keeps this setting"));
  };
  const Model plain({});
  refused(plain, vectors, "conditions");
  refused(plain, {"--conditional"}, "conditional");
  const Model of_vectors(vectors);
  refused(of_vectors, {"--conditions", ""}, "conditions");
  const Model of_classes(classes);
  refused(of_classes, vectors, "conditions");
  refused(of_classes, {"--labels", "none"}, "labels");
}

TEST_CASE("cli: a conditional run is resumed on the same conditions") {
  const Model model(classes);
  const auto resume = [&](const Words& more) {
    Words words = {"--resume", "m", "--threads", "1", "--quiet"};
    words.insert(words.end(), more.begin(), more.end());
    return run_vgan(model.runs.path(), words);
  };
  CHECK(resume({"--epochs", "13"}).exit_code == 0);
  write_tiny_labels(model.runs, "other.npy", 2);
  const CommandResult other = resume({"--epochs", "14", "--labels", "other.npy"});
  CHECK(other.exit_code == 65);
  CHECK(is_one_complaint(other.err));
  std::filesystem::rename(model.runs.path() / "labels.npy", model.runs.path() / "moved.npy");
  CHECK(resume({"--epochs", "14"}).exit_code == 74);
  CHECK(resume({"--epochs", "14", "--labels", "moved.npy"}).exit_code == 0);

  const Model vector_model(vectors);
  const std::filesystem::path elsewhere = vector_model.runs.path() / "deeper";
  std::filesystem::create_directory(elsewhere);
  CHECK(run_vgan(elsewhere, {"--resume", "../m", "--epochs", "13", "--quiet"}).exit_code == 0);
  write_tiny_vectors(vector_model.runs, "vectors.npy", 3.0F);
  const CommandResult changed =
      run_vgan(elsewhere, {"--resume", "../m", "--epochs", "14", "--quiet"});
  CHECK(changed.exit_code == 65);
  CHECK_THAT(changed.err, ContainsSubstring("cannot resume on other conditions"));
}

TEST_CASE("cli: conditions that do not fit the data are refused") {
  const TinyRuns runs;
  write_tiny_vectors(runs, "few.npy", 1.0F, 23);
  const CommandResult few = runs.run("a", {"--conditions", "few.npy"});
  CHECK(few.exit_code == 65);
  CHECK_THAT(few.err, ContainsSubstring("23 conditions"));
  write_tiny_labels(runs, "labels.npy");
  write_tiny_vectors(runs, "vectors.npy");
  const CommandResult both_kinds =
      runs.run("b", {"--conditional", "--labels", "labels.npy", "--conditions", "vectors.npy"});
  CHECK(both_kinds.exit_code == 78);
  CHECK_THAT(both_kinds.err, ContainsSubstring("one of the two"));
  CHECK(runs.run("c", {"--conditional", "--labels", "none"}).exit_code == 78);
  CHECK_FALSE(std::filesystem::exists(runs.path() / "a"));
}

#endif
