// vgan_bench op: the operations of a step one by one, or one of them at a shape.
#include <algorithm>
#include <cstdio>
#include <memory>

#include "apps/bench/commands.hpp"
#include "apps/bench/images.hpp"
#include "apps/bench/measure.hpp"
#include "apps/bench/operation.hpp"
#include "apps/bench/options.hpp"
#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/device/devices.hpp"
#include "engine/models/generator_model.hpp"
#include "engine/settings/setting_table.hpp"

namespace vgan::bench {
namespace {

constexpr double turn = 0.005;  // seconds of each measurement
constexpr std::int64_t trial = 784;

const SettingInfo op_flag{"op", "Operation", "NAME",
                          "as in engine/device/backend.hpp, or all: those of a step"};
const SettingInfo shape_flag{
    "shape", "Operation", "A,B,..",
    "rows,inputs,outputs of a product, queries,columns,points of nearest_rows, rows,columns of "
    "another, parameters of adam; empty = the step's own"};

struct Measured {
  std::unique_ptr<Operation> operation;
  std::int64_t repeats = 0;
  std::vector<double> us;
};

void require_known(const std::string& name) {
  std::vector<std::string> allowed = operation_names();
  allowed.emplace_back("all");
  if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) return;
  std::string list;
  for (const std::string& one : allowed) list += (list.empty() ? "" : ", ") + one;
  throw Error(ErrorCode::bad_config,
              {"bad setting", "--op", "'" + name + "'", list, suggestion(name, allowed)});
}

// What `name` would be in a step of this precision, at the shape that was asked for.
OperationSpec spec_at(const std::string& name, const std::vector<std::int64_t>& shape,
                      Precision precision) {
  if (name == "all") {
    throw Error(ErrorCode::usage,
                {"bad command line", "--shape", "no --op NAME", "the operation of that shape", ""});
  }
  const bool nearest = name == "nearest_rows";
  const bool product = name.starts_with("dense_") || nearest;
  const std::size_t wanted = product ? 3 : name == "adam" ? 1 : 2;
  const bool positive = std::all_of(shape.begin(), shape.end(),
                                    [](std::int64_t n) { return n >= 1 && n <= 1LL << 31; });
  if (shape.size() != wanted || !positive) {
    throw Error(ErrorCode::bad_config,
                {"bad setting", "--shape", "'" + app::value_text(shape) + "'",
                 std::to_string(wanted) + " numbers of 1 to 2^31 for --op " + name, ""});
  }
  const bool exact = name == "gradient_penalty" || nearest;
  const ElementType type =
      precision == Precision::bf16 && !exact ? ElementType::bf16 : ElementType::f32;
  if (name == "adam") return {.name = name, .rows = 1, .inputs = shape[0], .type = type};
  OperationSpec spec{.name = name,
                     .rows = shape[0],
                     .inputs = shape[1],
                     .type = type,
                     .result = type,
                     .at = type,
                     .activation = Activation::leaky_relu};
  if (product) spec.outputs = shape[2];
  spec.bias = name == "dense_forward" || name == "dense_backward_weights";
  if (name == "dense_backward_weights") spec.result = ElementType::f32;
  return spec;
}

std::vector<OperationSpec> chosen(const Options& options, const std::string& name,
                                  const std::vector<std::int64_t>& shape, Precision precision) {
  if (!shape.empty()) return {spec_at(name, shape, precision)};
  std::vector<OperationSpec> list = step_operations(options.config, trial, precision);
  if (name != "all") {
    std::erase_if(list, [&](const OperationSpec& spec) { return spec.name != name; });
  }
  if (list.empty()) {
    throw Error(ErrorCode::bad_config,
                {"bad setting", "--op", name, "an operation that this preset's step has",
                 "give --shape, or --preset default"});
  }
  return list;
}

nlohmann::json entry_of(const Measured& measured) {
  const OperationSpec& spec = measured.operation->spec();
  const Spread us = spread_of(measured.us);
  nlohmann::json entry = {{"op", spec.name},
                          {"rows", spec.rows},
                          {"inputs", spec.inputs},
                          {"type", spec.type == ElementType::bf16 ? "bf16" : "f32"},
                          {"per_epoch", spec.per_epoch},
                          {"us", to_json(us)},
                          {"gb_per_second", 1e-3 * spec.bytes() / us.median}};
  if (spec.is_product()) {
    entry["outputs"] = spec.outputs;
    entry["gflop_per_second"] = 1e-3 * spec.flops() / us.median;
  }
  return entry;
}

std::string row(const Measured& measured) {
  const OperationSpec& spec = measured.operation->spec();
  const Spread us = spread_of(measured.us);
  const std::string rate = spec.is_product() ? figure(1e-3 * spec.flops() / us.median) : "-";
  char text[200];
  std::snprintf(text, sizeof(text), "%-23s %-18s %-4s %5s %9s %9s %8s\n", spec.name.c_str(),
                spec.shape().c_str(), spec.type == ElementType::bf16 ? "bf16" : "f32",
                general_text(spec.per_epoch, 4).c_str(), figure(us.median).c_str(),
                figure(1e-3 * spec.bytes() / us.median).c_str(), rate.c_str());
  return text;
}

std::string table(const std::vector<Measured>& all) {
  char head[200];
  std::snprintf(head, sizeof(head), "%-23s %-18s %-4s %5s %9s %9s %8s\n", "operation", "shape",
                "type", "times", "us", "GB/s", "GFLOP/s");
  std::string text = head;
  double sum = 0.0;
  for (const Measured& measured : all) {
    text += row(measured);
    sum += spread_of(measured.us).median * measured.operation->spec().per_epoch;
  }
  if (all.size() > 1)
    text += "all, as often as an epoch runs them: " + figure(1e-3 * sum) + " ms\n";
  return text;
}

}  // namespace

int run_op(const app::Words& words) {
  app::CommandLine line("vgan_bench op [flags]",
                        "Times operations of the seam, each alone and warm in the caches.");
  line.add(op_flag, std::string("all"));
  line.add(shape_flag, std::string());
  add_options(line, false);
  if (!line.parse(words)) return 0;
  const Options options = read_options(line);
  std::string name = "all";
  std::vector<std::int64_t> shape;
  line.read("op", name);
  line.read("shape", shape);
  require_known(name);

  const auto backend =
      open_backend(options.config.device, static_cast<int>(one_thread_count(options)));
  const auto queue = backend->make_queue("bench");
  const Precision precision = choose_precision(options.config.precision, backend->info());
  std::vector<Measured> all;
  for (const OperationSpec& spec : chosen(options, name, shape, precision)) {
    Measured one{std::make_unique<Operation>(*backend, *queue, spec, precision == Precision::tf32)};
    one.repeats = repeats_for(turn, *queue, [&] { one.operation->run(); });
    all.push_back(std::move(one));
  }
  for (std::int64_t round = 0; round < options.rounds; ++round) {
    for (Measured& one : all) {
      one.us.push_back(1e6 * seconds_each(*queue, one.repeats, [&] { one.operation->run(); }));
    }
  }
  nlohmann::json record = describe("op", options.config, backend->info());
  record["precision"] = to_string(precision);
  record["threads"] = backend->info().threads;
  record["rounds"] = options.rounds;
  for (const Measured& one : all) record["operations"].push_back(entry_of(one));
  report(options, record, table(all));
  return 0;
}

}  // namespace vgan::bench
