// Every flag of train changes what it says: one check for each setting of the table.
#ifdef VGAN_BINARY

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "tests/cli/tiny_run.hpp"
#include "tests/support/catch.hpp"

using namespace vgan::testing;

namespace {

vgan::Checkpoint trained(const TinyRuns& runs, const std::string& out, const Words& more) {
  const CommandResult result = runs.run(out, more);
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return runs.newest(out).checkpoint;
}

std::vector<std::int64_t> shape(const vgan::Checkpoint& checkpoint, const std::string& tensor) {
  return checkpoint.tensors.at(tensor).shape;
}

// Largest difference of two checkpoints in one tensor.
double distance(const vgan::Checkpoint& a, const vgan::Checkpoint& b, const std::string& tensor) {
  const std::vector<float> x = values_of(a, tensor);
  const std::vector<float> y = values_of(b, tensor);
  REQUIRE(x.size() == y.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    REQUIRE(std::isfinite(x[i]));
    REQUIRE(std::isfinite(y[i]));
    largest = std::max(largest, std::fabs(static_cast<double>(x[i]) - static_cast<double>(y[i])));
  }
  return largest;
}

// y / x over the elements of a tensor, the largest |x| of them.
double ratio(const vgan::Checkpoint& a, const vgan::Checkpoint& b, const std::string& tensor) {
  const std::vector<float> x = values_of(a, tensor);
  const std::vector<float> y = values_of(b, tensor);
  const auto at = static_cast<std::size_t>(
      std::max_element(x.begin(), x.end(),
                       [](float p, float q) { return std::fabs(p) < std::fabs(q); }) -
      x.begin());
  REQUIRE(x[at] != 0.0F);
  return static_cast<double>(y[at]) / static_cast<double>(x[at]);
}

// Adam's first step moves a weight by the rate itself.
void check_rates(const TinyRuns& runs, const Words& changed, double g_rate, double d_rate) {
  const Words one_epoch = {"--epochs", "1", "--lr-g", "0", "--lr-d", "0", "--ttur", "1"};
  Words still = one_epoch;
  still.insert(still.end(), {"--lr", "1e-12"});
  Words moved = one_epoch;
  moved.insert(moved.end(), {"--lr", "0.0002"});
  moved.insert(moved.end(), changed.begin(), changed.end());
  const vgan::Checkpoint before = trained(runs, "before", still);
  const vgan::Checkpoint after = trained(runs, "after", moved);
  CHECK(distance(before, after, "g.0.weight") == Approx(g_rate).epsilon(0.01));
  CHECK(distance(before, after, "d.0.weight") == Approx(d_rate).epsilon(0.01));
}

using Check = std::function<void(const TinyRuns&)>;

const std::map<std::string, Check> checks = {
    {"data",
     [](const TinyRuns& runs) {
       write_tiny_images(runs.path() / "other.npy", 20, 6);
       const auto made = trained(runs, "a", {"--data", "other.npy"});
       CHECK(shape(made, "g.1.weight") == std::vector<std::int64_t>{16, 36});
     }},
    {"labels",
     [](const TinyRuns& runs) {
       vgan::NpyWriter writer(runs.path() / "labels.npy", vgan::NpyType::u8, {24});
       writer.append(std::vector<std::uint8_t>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2,
                                               0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2});
       writer.finish();
       CHECK_THAT(runs.run("a").out, ContainsSubstring("no labels"));
       CHECK_THAT(runs.run("b", {"--labels", "labels.npy"}).out, ContainsSubstring("3 classes"));
     }},
    {"epochs",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "5"});
       CHECK(runs.metrics("a").size() == 5);
       (void)trained(runs, "b", {"--epochs", "1e1"});
       CHECK(runs.metrics("b").size() == 10);
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
    {"latent",
     [](const TinyRuns& runs) {
       CHECK(shape(trained(runs, "a", {"--latent", "7"}), "g.0.weight") ==
             std::vector<std::int64_t>{7, 16});
     }},
    {"g-layers",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--g-layers", "9,11"});
       CHECK(shape(made, "g.1.weight") == std::vector<std::int64_t>{9, 11});
       CHECK(shape(made, "g.2.weight") == std::vector<std::int64_t>{11, 64});
     }},
    {"d-layers",
     [](const TinyRuns& runs) {
       const auto made = trained(runs, "a", {"--d-layers", "12,5"});
       CHECK(shape(made, "d.1.weight") == std::vector<std::int64_t>{12, 5});
       CHECK(shape(made, "d.2.weight") == std::vector<std::int64_t>{5, 1});
     }},
    {"output",
     [](const TinyRuns& runs) {
       const auto tanh = trained(runs, "a", {"--output", "tanh"});
       const auto sigmoid = trained(runs, "b", {"--output", "sigmoid"});
       const auto linear = trained(runs, "c", {"--output", "linear"});
       CHECK(distance(tanh, sigmoid, "g.1.weight") > 0.0);
       CHECK(distance(tanh, linear, "g.1.weight") > 0.0);
       CHECK_THAT(runs.run("d", {"--output", "sigmoid"}).out, ContainsSubstring(", sigmoid\n"));
     }},
    {"lr",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--lr", "1e-3"}, 1e-3, 1e-3);
     }},
    {"lr-g",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--lr-g", "1e-3"}, 1e-3, 2e-4);
     }},
    {"lr-d",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--lr-d", "1e-3"}, 2e-4, 1e-3);
     }},
    {"ttur",
     [](const TinyRuns& runs) {
       check_rates(runs, {"--ttur", "3"}, 2e-4, 6e-4);
     }},
    {"beta1",
     [](const TinyRuns& runs) {  // after one step m = (1 - beta1) * gradient
       const auto a = trained(runs, "a", {"--epochs", "1", "--beta1", "0.5"});
       const auto b = trained(runs, "b", {"--epochs", "1", "--beta1", "0.9"});
       CHECK(ratio(a, b, "adam_m.d.0.weight") == Approx(0.2).epsilon(1e-4));
     }},
    {"beta2",
     [](const TinyRuns& runs) {  // after one step v = (1 - beta2) * gradient^2
       const auto a = trained(runs, "a", {"--epochs", "1", "--beta2", "0.999"});
       const auto b = trained(runs, "b", {"--epochs", "1", "--beta2", "0.9"});
       CHECK(ratio(a, b, "adam_v.d.0.weight") == Approx(100.0).epsilon(1e-4));
     }},
    {"label-smoothing",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "1"});
       (void)trained(runs, "b", {"--epochs", "1", "--label-smoothing", "0.1"});
       CHECK(runs.metrics("a")[0]["d_loss_real"] != runs.metrics("b")[0]["d_loss_real"]);
       CHECK(runs.metrics("a")[0]["d_loss_fake"] == runs.metrics("b")[0]["d_loss_fake"]);
     }},
    {"instance-noise",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--epochs", "1"});
       (void)trained(runs, "b", {"--epochs", "1", "--instance-noise", "1"});
       CHECK(runs.metrics("a")[0]["d_loss_real"] != runs.metrics("b")[0]["d_loss_real"]);
       CHECK(runs.metrics("a")[0]["d_loss_fake"] != runs.metrics("b")[0]["d_loss_fake"]);
     }},
    {"r1",
     [](const TinyRuns& runs) {
       (void)trained(runs, "a", {"--r1", "0"});
       (void)trained(runs, "b", {"--r1", "5"});
       CHECK(runs.metrics("a")[0]["r1"] == 0.0);
       CHECK(runs.metrics("b")[0]["r1"] > 0.0);
     }},
    {"r1-every",
     [](const TinyRuns& runs) {
       const auto penalties = [&](const std::string& every) {
         (void)trained(runs, every, {"--epochs", "12", "--r1", "5", "--r1-every", every});
         const auto metrics = runs.metrics(every);
         return std::count_if(metrics.begin(), metrics.end(),
                              [](const auto& epoch) { return epoch["r1"] > 0.0; });
       };
       CHECK(penalties("1") == 12);
       CHECK(penalties("3") == 4);
     }},
    {"ema",
     [](const TinyRuns& runs) {
       CHECK_FALSE(trained(runs, "a", {"--ema", "0"}).tensors.contains("g_ema.0.weight"));
       const auto made = trained(runs, "b", {"--ema", "0.5"});
       CHECK(values_of(made, "g_ema.0.weight") != values_of(made, "g.0.weight"));
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
       REQUIRE_FALSE(profile["traceEvents"].empty());
       for (const auto& event : profile["traceEvents"]) {
         CHECK((event["args"]["epoch"] == 2 || event["args"]["epoch"] == 3));
       }
     }},
};

}  // namespace

TEST_CASE("cli: each flag of train changes what it says") {
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
