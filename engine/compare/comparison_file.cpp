#include "engine/compare/comparison_file.hpp"

#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/compare/comparison_report.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/metrics/measure_list.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

const char* const file_name = "comparison.json";

nlohmann::json number(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

// Figures by their names; how many samples each is of; and where there is one, its interval.
nlohmann::json json_of(const Assessment& quality) {
  nlohmann::json made = nlohmann::json::object();
  for (const Measure& measure : quality.measures) {
    made[measure.name] = number(measure.samples->value);
    made["counts"][measure.name] = measure.sample_count;
    if (!measure.samples->low || !measure.samples->high) continue;
    made["intervals"][measure.name] = {number(*measure.samples->low),
                                       number(*measure.samples->high)};
  }
  if (quality.classes.empty()) return made;
  for (const MeasuredPart& part : quality.classes) made["class_shares"][part.name] = part.samples;
  return made;
}

nlohmann::json floors_of(const std::vector<Measure>& floors) {
  nlohmann::json real = nlohmann::json::object(), resampled = real;
  for (const Measure& measure : floors) {
    if (measure.real) real[measure.name] = number(measure.real->value);
    if (measure.resampled) resampled[measure.name] = number(measure.resampled->value);
  }
  return {{"real", real}, {"resampled", resampled}};
}

nlohmann::json json_of(const ComparedModel& model) {
  nlohmann::json made = {{"name", model.name},
                         {"diverged", !model.failure.empty()},
                         {"epochs", model.epochs},
                         {"seconds", model.seconds},
                         {"parameters", model.parameters},
                         {"sampling_parameters", model.sampling_parameters},
                         {"checkpoint_bytes", model.checkpoint_bytes},
                         {"planned_bytes", model.planned_bytes}};
  if (model.peak_bytes > 0) made["peak_bytes"] = model.peak_bytes;
  if (!model.failure.empty()) made["failure"] = model.failure;
  if (!model.quality) return made;
  made["epochs_per_second"] = model.epochs_per_second;
  made["samples_per_second"] = model.samples_per_second;
  made["quality"] = json_of(*model.quality);
  if (model.reconstruction) made["reconstruction_mse"] = *model.reconstruction;
  return made;
}

nlohmann::json json_of(const ComparePlan& plan) {
  return {{"data", plan.data},       {"labels", plan.labels},         {"array", plan.array},
          {"dataset", plan.dataset}, {"shape", plan.shape},           {"models", plan.models},
          {"epochs", plan.epochs},   {"minutes", plan.minutes},       {"batch", plan.batch},
          {"seed", plan.seed},       {"count", plan.count},           {"folds", plan.folds},
          {"lengths", plan.lengths}, {"trained_on", plan.fingerprint}};
}

nlohmann::json json_of(const Comparison& c) {
  nlohmann::json made = {{"data", c.data},
                         {"training_trials", c.training_trials},
                         {"held_out_trials", c.held_out_trials},
                         {"unit", of_unit(c)},
                         {"budget", c.budget},
                         {"batch", c.batch},
                         {"seed", c.seed},
                         {"samples", c.count},
                         {"device", c.device},
                         {"space", c.space},
                         {"floors", floors_of(c.floors)},
                         {"models", nlohmann::json::array()},
                         {"plan", json_of(c.plan)}};
  for (const ComparedModel& model : c.models) made["models"].push_back(json_of(model));
  return made;
}

// JSON has no NaN: one is written as null.
double number_of(const nlohmann::json& value) {
  return value.is_null() ? std::nan("") : value.get<double>();
}

Assessment quality_of(const nlohmann::json& json) {
  Assessment made;
  const nlohmann::json intervals = json.value("intervals", nlohmann::json::object());
  for (const MeasureInfo& info : measure_list()) {
    if (!json.contains(info.name)) continue;
    Measure measure = listed_measure(info.name);
    measure.samples = Estimate{number_of(json.at(info.name)), {}, {}};
    json.at("counts").at(info.name).get_to(measure.sample_count);
    if (intervals.contains(info.name)) {
      measure.samples->low = number_of(intervals.at(info.name).at(0));
      measure.samples->high = number_of(intervals.at(info.name).at(1));
    }
    made.measures.push_back(std::move(measure));
  }
  const nlohmann::json shares = json.value("class_shares", nlohmann::json::object());
  for (const auto& [name, share] : shares.items()) {
    made.classes.push_back({name, number_of(share), 0.0});
  }
  return made;
}

ComparedModel model_of(const nlohmann::json& json) {
  ComparedModel model;
  json.at("name").get_to(model.name);
  json.at("epochs").get_to(model.epochs);
  model.seconds = number_of(json.at("seconds"));
  json.at("parameters").get_to(model.parameters);
  json.at("sampling_parameters").get_to(model.sampling_parameters);
  json.at("checkpoint_bytes").get_to(model.checkpoint_bytes);
  json.at("planned_bytes").get_to(model.planned_bytes);
  model.peak_bytes = json.value("peak_bytes", std::uint64_t{0});
  model.failure = json.value("failure", std::string());
  if (!json.contains("quality")) return model;
  model.quality = quality_of(json.at("quality"));
  model.epochs_per_second = number_of(json.at("epochs_per_second"));
  model.samples_per_second = number_of(json.at("samples_per_second"));
  if (json.contains("reconstruction_mse")) {
    model.reconstruction = number_of(json.at("reconstruction_mse"));
  }
  return model;
}

ComparePlan plan_of(const nlohmann::json& json) {
  ComparePlan plan;
  json.at("data").get_to(plan.data);
  json.at("labels").get_to(plan.labels);
  plan.array = json.value("array", std::string());
  plan.dataset = json.value("dataset", std::string());
  json.at("shape").get_to(plan.shape);
  json.at("models").get_to(plan.models);
  json.at("epochs").get_to(plan.epochs);
  plan.minutes = number_of(json.at("minutes"));
  json.at("batch").get_to(plan.batch);
  json.at("seed").get_to(plan.seed);
  json.at("count").get_to(plan.count);
  plan.folds = json.value("folds", std::int64_t{0});
  json.at("lengths").get_to(plan.lengths);
  json.at("trained_on").get_to(plan.fingerprint);
  return plan;
}

}  // namespace

void write_comparison_file(const Comparison& c) {
  AtomicFile file(c.folder / file_name);
  file.write(json_of(c).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  file.commit();
}

ComparisonSoFar read_comparison_file(const fs::path& folder) {
  const fs::path path = folder / file_name;
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw Error(ErrorCode::bad_config, {"no comparison to go on with", folder.string(),
                                        std::string("no ") + file_name + " in it",
                                        "the folder of a comparison", "name one: --resume DIR"});
  }
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw io_error("cannot read", path, EIO);
  try {
    const nlohmann::json json = read_json(text);
    ComparisonSoFar found{plan_of(json.at("plan")), {}};
    for (const nlohmann::json& model : json.at("models")) found.models.push_back(model_of(model));
    return found;
  } catch (const std::exception& error) {  // of the JSON library, and of stoi
    throw Error(ErrorCode::bad_data,
                {"cannot go on with a comparison", path.string(), error.what(),
                 "a file that this version of vgan wrote", "compare anew in another folder"});
  }
}

}  // namespace vgan
