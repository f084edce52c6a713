// Not a test but a record: digests of what training gives on every device, one a line, for a build
// to be compared with another of the same machine. tests/record.sh asks for it by its tag.
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>

#include "engine/train/trainer.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/device.hpp"
#include "tests/support/masked_run.hpp"
#include "tests/support/model_runs.hpp"

using namespace vgan;
using namespace vgan::testing;

namespace {

/// FNV-1a, 64 bits.
class Digest {
 public:
  void add(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      value_ = (value_ ^ static_cast<std::uint64_t>(byte)) * 1099511628211ULL;
    }
  }
  void add(const std::string& text) { add(std::as_bytes(std::span(text))); }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 14695981039346656037ULL;
};

/// The presets with small layers, each loss, and every model and stabiliser.
std::vector<ModelRun> recorded_runs() {
  std::vector<ModelRun> runs = model_runs();
  for (const auto& [name, help] : preset_list()) {
    TrainConfig config = preset(name);
    if (config.model == ModelKind::masked) continue;
    config.batch = 8;
    config.threads = 2;
    if (config.net != vgan::NetKind::conv) config.g_layers = {12, 20}, config.d_layers = {13, 9};
    runs.push_back({"preset " + name, config, slopes(8, 8)});
  }
  runs.push_back({"masked", small_masked_config(), table_of(known_table(120))});
  runs.back().config.batch = 32;
  for (const char* loss : {"bce", "minimax", "article", "lsgan", "hinge", "wgan-gp"}) {
    TrainConfig config = plain_config();
    config.loss = vgan::read_word<vgan::LossKind>(loss);
    runs.push_back({std::string("loss ") + loss, config, slopes(4, 4)});
  }
  return runs;
}

}  // namespace

TEST_CASE("a record of what training gives", "[.record]") {
  constexpr std::uint64_t epochs = 60;
  for (const std::string& device : usable_devices()) {
    for (ModelRun& run : recorded_runs()) {
      for (const char* precision : {"fp32", "bf16"}) {
        const bool masked = run.config.model == ModelKind::masked;
        if (masked && device != "cpu" && std::string(precision) == "bf16") continue;  // refused
        INFO(device << ", " << run.name << ", " << precision);
        run.config.device = device;
        run.config.precision = vgan::read_word<vgan::PrecisionKind>(precision);
        run.config.epochs = epochs;
        Trainer trainer(run.config, run.trials);
        Digest reports, weights, samples;
        trainer.train(epochs, [&](const StepReport& report) {
          std::vector<float> all;
          for (const char* name :
               {"d_loss_real", "d_loss_fake", "g_loss", "r1", "r2", "gradient_penalty",
                "reconstruction", "squared_error", "kl", "cross_entropy"}) {
            all.push_back(report.find(name).value_or(0.0F));
          }
          reports.add(std::as_bytes(std::span(all)));
          return true;
        });
        for (const auto& [name, tensor] : trainer.checkpoint().tensors) {
          weights.add(name);
          weights.add(tensor.bytes);
        }
        const std::vector<float> drawn = trainer.sample(20, 3);
        samples.add(std::as_bytes(std::span(drawn)));
        std::printf("record: %s, %s, %s: reports %016llx, weights %016llx, samples %016llx\n",
                    device.c_str(), run.name.c_str(), precision,
                    static_cast<unsigned long long>(reports.value()),
                    static_cast<unsigned long long>(weights.value()),
                    static_cast<unsigned long long>(samples.value()));
        REQUIRE_FALSE(drawn.empty());
      }
    }
  }
}
