// vgan_bench generate: samples a second from a generator at its random start.
#include <cstdio>
#include <memory>
#include <optional>

#include "apps/bench/commands.hpp"
#include "apps/bench/measure.hpp"
#include "apps/bench/operation.hpp"
#include "apps/bench/options.hpp"
#include "engine/base/error.hpp"
#include "engine/device/devices.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/sample/sampler.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::bench {
namespace {

constexpr TrialShape shape{28, 28, 1};
constexpr std::int64_t trial = 784;

struct Request {
  std::uint64_t count = 16384;
  std::string dtype = "f32";
  std::string out = "/dev/null";
};

template <class R, class Visitor>
void visit_flags(R& r, Visitor visitor) {
  const char* const samples = "Samples";
  visitor(SettingInfo{"count", samples, "N", "samples of a round"}, r.count);
  visitor(SettingInfo{"dtype", samples, "NAME", "f32 or u8"}, r.dtype);
  visitor(SettingInfo{"out", samples, "FILE", "where a round is written, raw values; synced"},
          r.out);
}

void refuse(const char* flag, const std::string& found, const char* allowed) {
  throw Error(ErrorCode::bad_config, {"bad setting", flag, found, allowed, ""});
}

/// A generator, and the ways to draw from it that are timed.
class Draw {
 public:
  Draw(const Options& options, const Request& request);

  /// All samples, to the host; seconds that computing was busy.
  double deliver() {
    return sample([](ConstMatrixRef) {});
  }
  /// All samples, each block written to the file; throws io.
  void write();
  /// G's products alone, by rows of a block; seconds a sample.
  double product_seconds();

  const DeviceInfo& device() const { return backend_->info(); }
  Precision precision() const { return precision_; }

 private:
  double sample(const Sampler::Take& take);

  Request request_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Queue> queue_;
  Precision precision_;
  ElementType type_;
  std::vector<nn::LayerSpec> layers_;
  Sampler::Room room_;
  std::optional<Sampler> sampler_;
  std::vector<std::unique_ptr<Operation>> products_;
};

Draw::Draw(const Options& options, const Request& request)
    : request_(request),
      backend_(open_backend(options.config.device, static_cast<int>(one_thread_count(options)))),
      queue_(backend_->make_queue("bench")),
      precision_(choose_precision(options.config.precision, backend_->info())),
      type_(precision_ == Precision::bf16 ? ElementType::bf16 : ElementType::f32),
      layers_(generator_layers(with_layers(options.config, shape), shape)),
      room_(Sampler::bulk(*backend_, layers_, type_)) {
  OutputRange range;
  range.activation = output_activation(options.config.output);
  sampler_.emplace(*backend_, layers_, leaky_slope, type_, range, room_);
  sampler_->network().initialise(*queue_, options.config.seed, 0);
  for (const OperationSpec& spec :
       generator_products(options.config, trial, precision_, room_.block_rows)) {
    products_.push_back(std::make_unique<Operation>(*backend_, *queue_, spec, false));
  }
  queue_->synchronise();
}

double Draw::sample(const Sampler::Take& take) {
  SampleRequest wanted;
  wanted.count = request_.count;
  wanted.type = request_.dtype == "u8" ? ElementType::u8 : ElementType::f32;
  return sampler_->sample(*queue_, wanted, take).computing;
}

void Draw::write() {
  AtomicFile file(request_.out, "cannot write samples");
  sample([&](ConstMatrixRef samples) {
    file.write(samples.data, static_cast<std::size_t>(samples.size()) * element_size(samples.type));
  });
  file.commit();
}

double Draw::product_seconds() {
  double sum = 0.0;
  for (const auto& product : products_) {
    sum += seconds_each(*queue_, 8, [&] { product->run(); });
  }
  return sum / static_cast<double>(room_.block_rows);
}

/// Samples a second, for each round.
struct Rates {
  std::vector<double> computed, delivered, written, products;

  void measure(Draw& draw, double count) {
    double computing = 0.0;
    delivered.push_back(count / seconds_of([&] { computing = draw.deliver(); }));
    computed.push_back(count / computing);
    written.push_back(count / seconds_of([&] { draw.write(); }));
    products.push_back(1.0 / draw.product_seconds());
  }
};

void check(const Request& request) {
  if (request.count == 0 || request.count >> 32 != 0) {
    refuse("--count", std::to_string(request.count), "1 to 2^32 - 1");
  }
  if (request.dtype != "f32" && request.dtype != "u8") {
    refuse("--dtype", "'" + request.dtype + "'", "f32, u8");
  }
}

std::string text_of(const Rates& rates, const Request& request) {
  char text[500];
  std::snprintf(text, sizeof(text),
                "samples/s, %llu of %s: medians (least to most)\n"
                "  computed               %s\n"
                "  delivered to the host  %s\n"
                "  written to %-11s %s\n"
                "  G's products alone     %s\n",
                static_cast<unsigned long long>(request.count), request.dtype.c_str(),
                text_of(spread_of(rates.computed)).c_str(),
                text_of(spread_of(rates.delivered)).c_str(), request.out.c_str(),
                text_of(spread_of(rates.written)).c_str(),
                text_of(spread_of(rates.products)).c_str());
  return text;
}

}  // namespace

int run_generate(const app::Words& words) {
  app::CommandLine line("vgan_bench generate [flags]",
                        "Times a generator at its random start, 784 numbers a sample.");
  Request request;
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.add(info, field); });
  add_options(line, false);
  if (!line.parse(words)) return 0;
  const Options options = read_options(line);
  visit_flags(request, [&](const SettingInfo& info, auto& field) { line.read(info.name, field); });
  check(request);

  Draw draw(options, request);
  Rates rates;
  draw.deliver();
  (void)draw.product_seconds();
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    rates.measure(draw, static_cast<double>(request.count));
  }
  nlohmann::json record = describe("generate", options.config, draw.device());
  record["precision"] = to_string(draw.precision());
  record["threads"] = draw.device().threads;
  record["rounds"] = options.rounds;
  record["count"] = request.count;
  record["dtype"] = request.dtype;
  record["samples_per_second"] = {{"computed", to_json(spread_of(rates.computed))},
                                  {"delivered", to_json(spread_of(rates.delivered))},
                                  {"written", to_json(spread_of(rates.written))},
                                  {"products_alone", to_json(spread_of(rates.products))}};
  report(options, record, text_of(rates, request));
  return 0;
}

}  // namespace vgan::bench
