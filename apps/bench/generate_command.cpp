// vgan_bench generate: samples a second from a generator at its random start.
#include <cstdio>
#include <memory>
#include <optional>

#include "apps/bench/commands.hpp"
#include "apps/bench/measure.hpp"
#include "apps/bench/operation.hpp"
#include "apps/bench/options.hpp"
#include "engine/error.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/train/generator_model.hpp"
#include "engine/train/sampler.hpp"

namespace vgan::bench {
namespace {

constexpr std::int64_t trial = 784;
constexpr std::int64_t block_rows = Sampler::block_rows;

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

  /// Noise and network alone, in whole blocks that stay on the device; how many samples.
  double compute();
  /// All samples, to the host.
  void deliver() { sample({}); }
  /// The same, each block written to the file; throws io.
  void write();
  /// G's products alone, by rows of a block; seconds a sample.
  double product_seconds();

  const DeviceInfo& device() const { return backend_->info(); }
  Precision precision() const { return precision_; }

 private:
  using Sink = std::function<void(const void* data, std::size_t bytes)>;
  void sample(const Sink& sink);

  Request request_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<Queue> queue_;
  Precision precision_;
  ElementType type_;
  std::vector<nn::DenseSpec> layers_;
  std::optional<Sampler> sampler_;
  std::optional<nn::TapeStorage> tape_;
  Buffer latent_;
  std::vector<std::unique_ptr<Operation>> products_;
};

Draw::Draw(const Options& options, const Request& request)
    : request_(request),
      backend_(open_backend(options.config.device, static_cast<int>(one_thread_count(options)))),
      queue_(backend_->make_queue("bench")),
      precision_(choose_precision(options.config.precision, backend_->info())),
      type_(precision_ == Precision::bf16 ? ElementType::bf16 : ElementType::f32),
      layers_(generator_layers(options.config, trial)) {
  OutputRange range;
  range.activation = output_activation(options.config.output);
  sampler_.emplace(*backend_, layers_, leaky_slope, type_, range);
  sampler_->network().initialise(*queue_, options.config.seed, 0);
  tape_.emplace(*backend_, layers_, block_rows, type_, ElementType::f32, false, "a block");
  latent_ = backend_->allocate(
      static_cast<std::size_t>(block_rows * options.config.latent) * element_size(type_), "noise");
  for (const OperationSpec& spec :
       generator_products(options.config, trial, precision_, block_rows)) {
    products_.push_back(std::make_unique<Operation>(*backend_, *queue_, spec, false));
  }
  queue_->synchronise();
}

double Draw::compute() {
  const std::int64_t latent = layers_.front().inputs;
  const MatrixRef noise{latent_.data(), type_, block_rows, latent, latent};
  const auto rows = static_cast<std::uint64_t>(block_rows);
  std::uint64_t first = 0;
  for (; first < request_.count; first += rows) {
    backend_->normal(*queue_, nullptr,
                     {1, Purpose::sample, first * static_cast<std::uint64_t>(latent)}, noise);
    sampler_->network().forward(*queue_, noise, tape_->tape());
  }
  queue_->synchronise();
  return static_cast<double>(first);
}

void Draw::sample(const Sink& sink) {
  const auto hand_on = [&](auto samples) {
    if (sink) sink(samples.data(), samples.size_bytes());
  };
  if (request_.dtype == "u8") {
    sampler_->sample_u8(*queue_, 1, Purpose::sample, 0, request_.count, hand_on);
  } else {
    sampler_->sample(*queue_, 1, Purpose::sample, 0, request_.count, hand_on);
  }
}

void Draw::write() {
  AtomicFile file(request_.out, "cannot write samples");
  sample([&](const void* data, std::size_t bytes) { file.write(data, bytes); });
  file.commit();
}

double Draw::product_seconds() {
  double sum = 0.0;
  for (const auto& product : products_) {
    sum += seconds_each(*queue_, 8, [&] { product->run(); });
  }
  return sum / static_cast<double>(block_rows);
}

/// Samples a second, for each round.
struct Rates {
  std::vector<double> computed, delivered, written, products;

  void measure(Draw& draw, double count) {
    double made = 0.0;
    const double seconds = seconds_of([&] { made = draw.compute(); });
    computed.push_back(made / seconds);
    delivered.push_back(count / seconds_of([&] { draw.deliver(); }));
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
  draw.compute();
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
