#include "apps/bench/roofline.hpp"

#include <cstdio>

#include "engine/device/devices.hpp"

namespace vgan::bench {
namespace {

constexpr double turn = 0.005;  // seconds of each measurement

}  // namespace

Roofline::Roofline(const TrainConfig& config, std::int64_t trial, Precision precision, int threads)
    : backend_(make_cpu_backend(threads)), queue_(backend_->make_queue("roofline")) {
  const std::vector<OperationSpec> operations = step_operations(config, trial, precision);
  for (const OperationSpec& spec : bare_products(operations)) {
    Product product{std::make_unique<Operation>(*backend_, *queue_, spec, false)};
    product.repeats = repeats_for(turn, *queue_, [&] { product.operation->run(); });
    products_.push_back(std::move(product));
  }
  std::vector<AdamTraffic> networks;
  for (const OperationSpec& spec : operations) {
    if (spec.name != "adam") continue;
    networks.push_back({spec.inputs, spec.average, spec.type == ElementType::bf16});
  }
  memory_ = std::make_unique<MemoryPass>(networks, backend_->info().threads);
  memory_repeats_ = repeats_for(turn, *queue_, [&] { memory_->run(); });
}

void Roofline::measure(double step_seconds) {
  double products = 0.0;
  for (Product& product : products_) {
    Operation& operation = *product.operation;
    product.seconds.push_back(seconds_each(*queue_, product.repeats, [&] { operation.run(); }));
    products += product.seconds.back() * operation.spec().per_epoch;
  }
  const double memory = seconds_each(*queue_, memory_repeats_, [&] { memory_->run(); });
  products_ms_.push_back(1e3 * products);
  memory_ms_.push_back(1e3 * memory);
  sum_ms_.push_back(1e3 * (products + memory));
  ratio_.push_back(step_seconds / (products + memory));
}

nlohmann::json Roofline::record() const {
  nlohmann::json list = nlohmann::json::array();
  for (const Product& product : products_) {
    const OperationSpec& spec = product.operation->spec();
    const double seconds = spread_of(product.seconds).median;
    list.push_back({{"op", spec.name},
                    {"rows", spec.rows},
                    {"inputs", spec.inputs},
                    {"outputs", spec.outputs},
                    {"type", spec.type == ElementType::bf16 ? "bf16" : "f32"},
                    {"per_epoch", spec.per_epoch},
                    {"us", 1e6 * seconds},
                    {"gflop_per_second", 1e-9 * spec.flops() / seconds}});
  }
  return {{"products_ms", to_json(products_ms())},      {"memory_pass_ms", to_json(memory_ms())},
          {"memory_pass_bytes", memory_->bytes()},      {"sum_ms", to_json(spread_of(sum_ms_))},
          {"step_per_sum", to_json(spread_of(ratio_))}, {"products", list}};
}

std::string Roofline::text() const {
  char text[400];
  std::snprintf(text, sizeof(text),
                "  matrix products alone  %s ms\n"
                "  Adam's bytes, one pass %s ms: %s MB, %s GB/s\n"
                "  their sum              %s ms\n"
                "  step / sum             %s\n",
                text_of(products_ms()).c_str(), text_of(memory_ms()).c_str(),
                figure(1e-6 * memory_->bytes()).c_str(),
                figure(1e-6 * memory_->bytes() / memory_ms().median).c_str(),
                text_of(spread_of(sum_ms_)).c_str(), text_of(spread_of(ratio_)).c_str());
  return text;
}

}  // namespace vgan::bench
