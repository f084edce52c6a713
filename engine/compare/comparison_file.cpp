#include "engine/compare/comparison_file.hpp"

#include <cerrno>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>

#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/compare/comparison_report.hpp"
#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

const char* const file_name = "comparison.json";

nlohmann::json json_of(const Quality& quality) {
  nlohmann::json made = {{"count", quality.count},
                         {"pca_frechet_distance", quality.distance},
                         {"precision", quality.precision},
                         {"recall", quality.recall}};
  if (!quality.classes) return made;
  made["class_shares"] = nlohmann::json::object();
  for (std::size_t i = 0; i < quality.classes->labels.size(); ++i) {
    made["class_shares"][std::to_string(quality.classes->labels[i])] = quality.classes->shares[i];
  }
  return made;
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
  nlohmann::json made = {
      {"data", c.data},
      {"training_trials", c.training_trials},
      {"held_out_trials", c.held_out_trials},
      {"unit", of_unit(c)},
      {"budget", c.budget},
      {"batch", c.batch},
      {"seed", c.seed},
      {"samples", c.count},
      {"device", c.device},
      {"components", c.components},
      {"variance_explained", c.explained},
      {"floors",
       {{"training_trials", json_of(c.training)}, {"resampled_columns", json_of(c.resampled)}}},
      {"models", nlohmann::json::array()},
      {"plan", json_of(c.plan)}};
  if (c.classes_right) made["classes_right"] = *c.classes_right;
  for (const ComparedModel& model : c.models) made["models"].push_back(json_of(model));
  return made;
}

// JSON has no NaN: one is written as null.
double number(const nlohmann::json& value) {
  return value.is_null() ? std::nan("") : value.get<double>();
}

Quality quality_of(const nlohmann::json& json) {
  Quality quality{json.at("count").get<std::int64_t>(), number(json.at("pca_frechet_distance")),
                  number(json.at("precision")), number(json.at("recall")), std::nullopt};
  if (!json.contains("class_shares")) return quality;
  std::map<std::int32_t, double> shares;  // JSON has them in the order of their names
  for (const auto& [label, share] : json.at("class_shares").items()) {
    shares[std::stoi(label)] = number(share);
  }
  quality.classes.emplace();
  for (const auto& [label, share] : shares) {
    quality.classes->labels.push_back(label);
    quality.classes->shares.push_back(share);
  }
  return quality;
}

ComparedModel model_of(const nlohmann::json& json) {
  ComparedModel model;
  json.at("name").get_to(model.name);
  json.at("epochs").get_to(model.epochs);
  model.seconds = number(json.at("seconds"));
  json.at("parameters").get_to(model.parameters);
  json.at("sampling_parameters").get_to(model.sampling_parameters);
  json.at("checkpoint_bytes").get_to(model.checkpoint_bytes);
  json.at("planned_bytes").get_to(model.planned_bytes);
  model.peak_bytes = json.value("peak_bytes", std::uint64_t{0});
  model.failure = json.value("failure", std::string());
  if (!json.contains("quality")) return model;
  model.quality = quality_of(json.at("quality"));
  model.epochs_per_second = number(json.at("epochs_per_second"));
  model.samples_per_second = number(json.at("samples_per_second"));
  if (json.contains("reconstruction_mse")) {
    model.reconstruction = number(json.at("reconstruction_mse"));
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
  plan.minutes = number(json.at("minutes"));
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
