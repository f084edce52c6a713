// Every flag of train changes what it says: one check for each setting of the table.
#ifdef VGAN_BINARY

#include <fstream>

#include "engine/models/schema_json.hpp"
#include "engine/settings/setting_table.hpp"
#include "tests/cli/train_flag_checks.hpp"
#include "tests/data/readers/make_zip.hpp"

using namespace vgan::testing;

namespace {

void write_table(const TinyRuns& runs, const std::string& text) {
  std::ofstream(runs.path() / "t.csv", std::ios::binary) << text;
}

// What a run on that table says of it.
std::string of_table(const TinyRuns& runs, const std::string& out, Words more) {
  more.insert(more.end(), {"--data", "t.csv", "--batch", "2", "--hold-out", "0"});
  const CommandResult result = runs.run(out, more);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return result.out;
}

vgan::Schema schema_of(const TinyRuns& runs, const std::string& out) {
  return vgan::read_schema(runs.newest(out).checkpoint.metadata.at("schema"), out);
}

const Checks other_checks = {
    {"data",
     [](const TinyRuns& runs) {
       write_tiny_images(runs.path() / "other.npy", 20, 6);
       const auto made = trained(runs, "a", {"--data", "other.npy"});
       CHECK(shape(made, "g.1.weight") == std::vector<std::int64_t>{16, 36});
     }},
    {"labels",
     [](const TinyRuns& runs) {
       write_tiny_labels(runs, "labels.npy");
       CHECK_THAT(runs.run("a").out, ContainsSubstring("no labels"));
       CHECK_THAT(runs.run("b", {"--labels", "labels.npy"}).out,
                  ContainsSubstring("3 classes that no network sees without --conditional"));
     }},
    {"array",
     [](const TinyRuns& runs) {
       write_tiny_images(runs.path() / "other.npy", 20, 6);
       const auto part = [&](const char* name, const char* file) {
         return stored_part(name, file_text(runs.path() / file));
       };
       std::ofstream(runs.path() / "two.npz", std::ios::binary)
           << zip_of({part("a.npy", "tiny.npy"), part("b.npy", "other.npy")});
       const auto weights = [&](const char* array) {
         return shape(trained(runs, array, {"--data", "two.npz", "--array", array}), "g.1.weight");
       };
       CHECK(weights("a") == std::vector<std::int64_t>{16, 64});
       CHECK(weights("b") == std::vector<std::int64_t>{16, 36});
     }},
    {"dataset",
     [](const TinyRuns& runs) {
       // Not every build reads HDF5; tests/cli/test_formats.cpp has what this does where it does.
       CHECK_THAT(runs.run("a", {"--dataset", "x"}).err, ContainsSubstring("no HDF5 file"));
     }},
    {"shape",
     [](const TinyRuns& runs) {
       CHECK_THAT(runs.run("a").out, ContainsSubstring("24 images of 8 x 8"));
       CHECK_THAT(runs.run("b", {"--shape", "64"}).out, ContainsSubstring("24 rows of 64"));
       CHECK_THAT(runs.run("c", {"--shape", "tc"}).out, ContainsSubstring("24 curves of 8 x 8"));
     }},
    {"delimiter",
     [](const TinyRuns& runs) {
       write_table(runs, "a|1 2\nb|3 4\na|5 6\n");  // blanks leave numbers, bars words alone
       CHECK_THAT(of_table(runs, "a", {}), ContainsSubstring("3 rows of 2 columns, 4 numbers"));
       CHECK_THAT(of_table(runs, "b", {"--delimiter", "bar"}),
                  ContainsSubstring("3 rows of 2 columns, 5 numbers"));
     }},
    {"decimal",
     [](const TinyRuns& runs) {
       write_table(runs, "x;y\n1,5;1.5\n2,5;2.5\n1,5;1.5\n");
       of_table(runs, "a", {});
       of_table(runs, "b", {"--decimal", "comma"});
       CHECK(schema_of(runs, "a").columns[0].numeric == false);
       CHECK(schema_of(runs, "a").columns[1].numeric == true);
       CHECK(schema_of(runs, "b").columns[0].numeric == true);
       CHECK(schema_of(runs, "b").columns[1].numeric == false);
     }},
    {"header",
     [](const TinyRuns& runs) {
       write_table(runs, "2010,2011\n1,2\n3,4\n");
       CHECK_THAT(of_table(runs, "a", {}), ContainsSubstring("3 rows of 2"));
       CHECK_THAT(of_table(runs, "b", {"--header", "yes"}), ContainsSubstring("2 rows of 2"));
     }},
    {"memory",
     [](const TinyRuns& runs) {
       std::string rows = "x,y\n";
       for (int i = 0; i < 5000; ++i) rows += std::to_string(i * 7 % 4999) + ".5,1.5\n";
       write_table(runs, rows);
       CHECK_THAT(of_table(runs, "a", {}), ContainsSubstring("5000 rows of 2"));
       CHECK_THAT(of_table(runs, "b", {"--memory", "1e-6"}), ContainsSubstring("1024 rows of 2"));
     }},
    {"schema",
     [](const TinyRuns& runs) {
       write_table(runs, "x,y\n1,2\n3,4\n5,6\n");
       std::ofstream(runs.path() / "s.toml") << "[[column]]\nname = 'x'\nkind = 'categorical'\n";
       CHECK_THAT(of_table(runs, "a", {}), ContainsSubstring("3 rows of 2 columns, 2 numbers"));
       CHECK_THAT(of_table(runs, "b", {"--schema", "s.toml"}),
                  ContainsSubstring("3 rows of 2 columns, 4 numbers"));
     }},
    {"scale",
     [](const TinyRuns& runs) {
       write_tiny_vectors(runs, "rows.npy", 3.0F);
       const auto said = [&](const std::string& out, const std::string& scale) {
         return runs.run(out, {"--data", "rows.npy", "--scale", scale}).out;
       };
       CHECK_THAT(said("a", "auto"),
                  ContainsSubstring("each of 2 columns by its own range: 0 to 3; 0 "
                                    "to 2.875"));
       CHECK_THAT(said("b", "data"), ContainsSubstring("scale          0 to 3\n"));
       CHECK(runs.run("c", {"--data", "rows.npy", "--scale", "none"}).exit_code == 65);  // 3 > 1
     }},
    {"range",
     [](const TinyRuns& runs) {
       write_tiny_vectors(runs, "rows.npy", 3.0F);
       const auto ranged = [&](const std::string& out, const std::string& range) {
         return runs.run(out, {"--data", "rows.npy", "--range", range});
       };
       CHECK_THAT(ranged("a", "-1:5").out, ContainsSubstring("scale          -1 to 5"));
       CHECK(ranged("b", "0:2").exit_code == 65);
       CHECK(ranged("c", "2").exit_code == 78);
     }},
    {"conditional",
     [](const TinyRuns& runs) {
       write_tiny_labels(runs, "labels.npy");
       CHECK_THAT(runs.run("a", {"--conditional"}).err, ContainsSubstring("no labels"));
       const auto made = trained(runs, "b", {"--labels", "labels.npy", "--conditional"});
       CHECK(shape(made, "g.0.weight") == std::vector<std::int64_t>{103, 16});
       CHECK(shape(made, "d.0.weight") == std::vector<std::int64_t>{67, 16});
       CHECK(values_of(made, "conditions.shares") == std::vector<float>(3, 1.0F / 3.0F));
     }},
    {"clusters",
     [](const TinyRuns& runs) {
       // Images of two grey levels, a hundred of each.
       vgan::NpyWriter writer(runs.path() / "greys.npy", vgan::ValueType::u8, {200, 8, 8});
       std::vector<std::uint8_t> pixels;
       for (int i = 0; i < 200 * 64; ++i) {
         pixels.push_back(static_cast<std::uint8_t>(i / 64 % 2 * 200 + i % 5));
       }
       writer.append(std::span<const std::uint8_t>(pixels));
       writer.finish();
       const auto made =
           trained(runs, "a", {"--data", "greys.npy", "--hold-out", "0", "--clusters", "9"});
       CHECK(shape(made, "g.0.weight") == std::vector<std::int64_t>{102, 16});
       CHECK(shape(made, "d.0.weight") == std::vector<std::int64_t>{66, 16});
       CHECK(values_of(made, "conditions.shares") == std::vector<float>(2, 0.5F));
       CHECK(runs.config("a").clusters == 9);
       // Too few of them for groups, which is nothing to be refused.
       CHECK(shape(trained(runs, "b", {"--clusters", "9"}), "g.0.weight") ==
             std::vector<std::int64_t>{100, 16});
       CHECK(runs.run("c", {"--clusters", "4097"}).exit_code == 78);
       write_tiny_labels(runs, "labels.npy");
       const CommandResult both =
           runs.run("d", {"--labels", "labels.npy", "--conditional", "--clusters", "3"});
       CHECK(both.exit_code == 78);
       CHECK_THAT(both.err, ContainsSubstring("only with a gan without conditional"));
     }},
    {"conditions",
     [](const TinyRuns& runs) {
       write_tiny_vectors(runs, "vectors.npy");
       const auto made = trained(runs, "a", {"--conditions", "vectors.npy"});
       CHECK(shape(made, "g.0.weight") == std::vector<std::int64_t>{102, 16});
       CHECK(shape(made, "conditions.rows") == std::vector<std::int64_t>{24, 2});
       CHECK(values_of(made, "conditions.rows")[3] == 1.0F / 24.0F);
       const auto with = [&](const std::string& out, const std::string& file) {
         return trained(runs, out, {"--conditions", file});
       };
       write_tiny_vectors(runs, "other.npy", 1.0F, 24, 5);
       CHECK(distance(made, with("b", "other.npy"), "d.0.weight") > 0.0);
       write_tiny_vectors(runs, "unit.npy", 2.0F);
       CHECK(distance(made, with("c", "unit.npy"), "d.0.weight") == 0.0);
       // Mean and deviation are those of trials that are trained on: 0 to 11 of 24.
       const auto half =
           trained(runs, "d",
                   {"--conditions", "vectors.npy", "--hold-out", "0.5", "--hold-out-part", "last"});
       CHECK(values_of(half, "conditions.mean")[1] == Approx(5.5 / 24.0));
       CHECK(values_of(half, "conditions.deviation")[1] == Approx(std::sqrt(143.0 / 12.0) / 24.0));
     }},
    {"epochs",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "5"});
       CHECK(runs.metrics("a").size() == 5);
       (void)trained(runs, "b", {"--epochs", "1e1"});
       CHECK(runs.metrics("b").size() == 10);
     }},
    {"hold-out",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--passes", "2", "--hold-out", "0.5"});
       CHECK(runs.metrics("a").size() == 3);  // 12 of 24 images in batches of 8
     }},
    {"hold-out-part",
     [](const TinyRuns& runs) {
       const auto seen = [&](const char* part) {
         return trained(runs, part, {"--hold-out", "0.5", "--hold-out-part", part})
             .metadata.at("data");
       };
       CHECK(seen("random") != seen("last"));
       CHECK_THAT(runs.run("a", {"--hold-out", "0.5"}).err,
                  ContainsSubstring("held out 12 trials of 24, drawn by the seed"));
       CHECK(runs.run("b", {"--hold-out", "0.5", "--hold-out-part", "first"}).exit_code == 78);
     }},
    {"evaluate-every",
     [](const TinyRuns& runs) {
       const CommandResult made =
           runs.run("a", {"--hold-out", "0.5", "--epochs", "4", "--evaluate-every", "2"});
       INFO(made.err);
       CHECK(made.exit_code == 0);
       CHECK_THAT(made.out, ContainsSubstring("quality: frechet "));
       CHECK_THAT(file_text(runs.path() / "a/metrics.jsonl"),
                  ContainsSubstring("{\"event\":\"evaluation\",\"epoch\":2,\"frechet\":"));
       CHECK_THAT(runs.run("b", {"--evaluate-every", "2"}).err,
                  ContainsSubstring("evaluate-every: found 2, with 0 trials held out"));
     }},
    {"stop-when",
     [](const TinyRuns& runs) {
       const CommandResult made = runs.run("a", {"--hold-out", "0.5", "--evaluate-every", "1",
                                                 "--epochs", "9", "--stop-when", "frechet<1e9"});
       INFO(made.err);
       CHECK(made.exit_code == 0);
       CHECK(runs.metrics("a").size() == 1);
       CHECK_THAT(made.out, ContainsSubstring("ended by --stop-when: frechet "));
       CHECK(runs.run("b", {"--stop-when", "plateau"}).exit_code == 78);
       CHECK(runs.run("c", {"--stop-when", "soon"}).exit_code == 78);
     }},
    {"on-divergence",
     [](const TinyRuns& runs) {
       const Words wild = {"--preset", "article", "--lr", "1e7", "--epochs", "50"};
       const auto said = [&](const std::string& out, const char* what) {
         Words words = wild;
         words.insert(words.end(), {"--on-divergence", what});
         const CommandResult result = runs.run(out, words);
         CHECK(result.exit_code == 3);
         return result.err;
       };
       CHECK_THAT(said("a", "stop"), !ContainsSubstring("rollback"));
       CHECK_THAT(said("b", "rollback"), ContainsSubstring("(rollback 3 of 3)"));
       CHECK(runs.config("b").lr == 1.25e6);
     }},
    {"tensorboard",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--tensorboard"});
       CHECK(runs.files("a/tensorboard") == 1);
       (void)trained(runs, "b", {});
       CHECK_FALSE(std::filesystem::exists(runs.path() / "b/tensorboard"));
     }},
    {"passes",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--passes", "2"});
       CHECK(runs.metrics("a").size() == 6);  // 24 images in batches of 8
     }},
    {"batch",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--passes", "1", "--batch", "4"});
       CHECK(runs.metrics("a").size() == 6);
     }},
    {"seed",
     [](const TinyRuns& runs) {
       const auto a = trained(runs, "a", {"--seed", "7"});
       CHECK_FALSE(same_tensors(a, trained(runs, "b", {"--seed", "8"})));
       CHECK(same_tensors(a, trained(runs, "c", {"--seed", "7"})));
     }},
    {"device",
     [](const TinyRuns& runs) {
       CHECK_THAT(runs.run("a", {"--device", "auto"}).out, ContainsSubstring("(auto: "));
       CHECK(runs.run("b", {"--device", "abacus"}).exit_code == 78);
     }},
    {"precision",
     [](const TinyRuns& runs) {
       const CommandResult bf16 = runs.run("a", {"--precision", "bf16"});
       CHECK_THAT(bf16.out, ContainsSubstring(", bf16, "));
       const auto fp32 = trained(runs, "b", {"--precision", "fp32"});
       CHECK(distance(runs.newest("a").checkpoint, fp32, "g.0.weight") > 0.0);
     }},
    {"threads",
     [](const TinyRuns& runs) {
       CHECK_THAT(runs.run("a", {"--threads", "1"}).out,
                  ContainsSubstring(", 1 thread ") || ContainsSubstring(", 1 thread\n"));
       CHECK_THAT(runs.run("b", {"--threads", "2"}).out, ContainsSubstring(", 2 threads"));
     }},
    {"step",
     [](const TinyRuns& runs) {
       CHECK_THAT(runs.run("a").out, ContainsSubstring("\nstep           fused: Adam moves"));
       CHECK_THAT(runs.run("b", {"--step", "graph"}).out, ContainsSubstring("graph: as asked for"));
       CHECK_THAT(runs.run("c", {"--step", "fused"}).out, ContainsSubstring("fused: as asked for"));
       CHECK(runs.run("d", {"--step", "persistent"}).exit_code == 78);
     }},
    {"out",
     [](const TinyRuns& runs) {
       for (int i = 0; i < 2; ++i) CHECK(runs.run("").exit_code == 0);
       CHECK(std::filesystem::exists(runs.path() / "runs/0001/samples.npy"));
       CHECK(std::filesystem::exists(runs.path() / "runs/0002/samples.npy"));
       CHECK(runs.run("some/where").exit_code == 0);
       CHECK(std::filesystem::exists(runs.path() / "some/where/samples.npy"));
     }},
    {"save-every",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "6", "--save-every", "2", "--keep", "0"});
       CHECK(runs.files("a/checkpoints") == 4);  // epochs 0, 2, 4, 6
       (void)trained(runs, "b", {"--epochs", "6", "--save-every", "0", "--keep", "0"});
       CHECK(runs.files("b/checkpoints") == 2);  // the first and the last
     }},
    {"keep",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "6", "--save-every", "1", "--keep", "2"});
       CHECK(runs.files("a/checkpoints") == 2);
       CHECK(std::filesystem::exists(runs.path() / "a/checkpoints/epoch-00000006.safetensors"));
     }},
    {"sample-every",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--sample-every", "1"});
       CHECK(runs.files("a/samples") == 4);  // before the first epoch, too
     }},
    {"preset",
     [](const TinyRuns& runs) {
       CHECK(trained(runs, "a", {"--preset", "default"}).tensors.contains("g_ema.0.weight"));
       CHECK_FALSE(trained(runs, "b", {"--preset", "article"}).tensors.contains("g_ema.0.weight"));
       CHECK(runs.config("b").output == vgan::preset("article").output);
     }},
    {"report",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--report", "on"});
       CHECK(std::filesystem::exists(runs.path() / "a/report.html"));
       (void)trained(runs, "b", {"--report", "off"});
       CHECK_FALSE(std::filesystem::exists(runs.path() / "b/report.html"));
       CHECK(runs.run("c", {"--report", "maybe"}).exit_code == 78);
     }},
    {"quiet",
     [](const TinyRuns& runs) {
       const CommandResult quiet = runs.run("a", {"--quiet"});
       CHECK(quiet.exit_code == 0);
       CHECK(quiet.out.empty());
       CHECK(quiet.err.empty());
     }},
    {"profile-steps",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "4", "--profile-steps", "2:3"});
       const auto profile = nlohmann::json::parse(file_text(runs.path() / "a/profile.json"));
       std::size_t phases = 0;
       for (const auto& event : profile["traceEvents"]) {
         if (event["ph"] == "M") continue;  // the name of a row
         CHECK((event["args"]["epoch"] == 2 || event["args"]["epoch"] == 3));
         ++phases;
       }
       CHECK(phases >= 2 * 4);
     }},
};

}  // namespace

TEST_CASE("cli: each flag of train changes what it says") {
  Checks checks = other_checks;
  checks.merge(network_checks());
  checks.merge(objective_checks());
  checks.merge(optimiser_checks());
  vgan::TrainConfig config;
  vgan::visit_settings(config, [&](const vgan::SettingInfo& info, auto&) {
    DYNAMIC_SECTION("--" << info.name) {
      const auto check = checks.find(info.name);
      REQUIRE(check != checks.end());  // a new setting needs its check
      check->second(TinyRuns());
    }
  });
}

#endif
