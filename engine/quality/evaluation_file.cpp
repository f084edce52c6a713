#include "engine/quality/evaluation_file.hpp"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "engine/base/error.hpp"
#include "engine/base/json_text.hpp"
#include "engine/files/atomic_file.hpp"
#include "engine/files/read_file.hpp"

namespace vgan {
namespace {

using nlohmann::json;

const char* const what = "evaluation";

json number(double value) { return std::isfinite(value) ? json(value) : json(); }

json number(const std::optional<double>& value) { return value ? number(*value) : json(); }

json json_of(const std::optional<Estimate>& estimate) {
  if (!estimate) return {};
  return {{"value", number(estimate->value)},
          {"low", number(estimate->low)},
          {"high", number(estimate->high)}};
}

json json_of(const Measure& measure) {
  return {{"name", measure.name},
          {"title", measure.title},
          {"group", to_text(measure.group)},
          {"goal", to_text(measure.goal)},
          {"space", measure.space},
          {"samples", json_of(measure.samples)},
          {"real", json_of(measure.real)},
          {"resampled", json_of(measure.resampled)},
          {"sample_count", measure.sample_count},
          {"real_count", measure.real_count}};
}

json json_of(const std::vector<MeasuredPart>& parts) {
  json made = json::array();
  for (const MeasuredPart& part : parts) {
    made.push_back(
        {{"name", part.name}, {"samples", number(part.samples)}, {"real", number(part.real)}});
  }
  return made;
}

json json_of(const EvaluationFile& file) {
  json made = {{"vgan", file.version},
               {"what", what},
               {"model", file.model},
               {"checkpoint", file.checkpoint},
               {"epoch", file.epoch},
               {"which", file.which},
               {"samples", file.samples},
               {"data", file.data},
               {"seed", file.seed},
               {"space", file.space},
               {"identity",
                {{"epoch", file.identity.epoch},
                 {"checkpoint", file.identity.checkpoint},
                 {"trained_on", file.identity.trained_on},
                 {"beside", file.identity.beside}}},
               {"measures", json::array()},
               {"columns", json_of(file.assessment.columns)},
               {"classes", json_of(file.assessment.classes)},
               {"notes", file.assessment.notes}};
  for (const Measure& measure : file.assessment.measures) {
    made["measures"].push_back(json_of(measure));
  }
  return made;
}

double number_of(const json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

std::optional<double> number_where(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

std::optional<Estimate> estimate_of(const json& value) {
  if (value.is_null()) return std::nullopt;
  return Estimate{number_of(value.at("value")), number_where(value.at("low")),
                  number_where(value.at("high"))};
}

Measure measure_of(const json& value) {
  Measure made;
  value.at("name").get_to(made.name);
  value.at("title").get_to(made.title);
  made.group = read_word<MeasureGroup>(value.at("group").get<std::string>());
  made.goal = read_word<MeasureGoal>(value.at("goal").get<std::string>());
  value.at("space").get_to(made.space);
  made.samples = estimate_of(value.at("samples"));
  made.real = estimate_of(value.at("real"));
  made.resampled = estimate_of(value.at("resampled"));
  value.at("sample_count").get_to(made.sample_count);
  value.at("real_count").get_to(made.real_count);
  return made;
}

std::vector<MeasuredPart> parts_of(const json& value) {
  std::vector<MeasuredPart> made;
  for (const json& part : value) {
    made.push_back({part.at("name").get<std::string>(), number_of(part.at("samples")),
                    number_of(part.at("real"))});
  }
  return made;
}

EvaluationFile file_of(const json& value) {
  EvaluationFile made;
  value.at("vgan").get_to(made.version);
  value.at("model").get_to(made.model);
  value.at("checkpoint").get_to(made.checkpoint);
  value.at("epoch").get_to(made.epoch);
  value.at("which").get_to(made.which);
  value.at("samples").get_to(made.samples);
  value.at("data").get_to(made.data);
  value.at("seed").get_to(made.seed);
  value.at("space").get_to(made.space);
  if (const auto identity = value.find("identity"); identity != value.end()) {
    identity->at("epoch").get_to(made.identity.epoch);
    identity->at("checkpoint").get_to(made.identity.checkpoint);
    identity->at("trained_on").get_to(made.identity.trained_on);
    identity->at("beside").get_to(made.identity.beside);
  }
  for (const json& measure : value.at("measures")) {
    made.assessment.measures.push_back(measure_of(measure));
  }
  made.assessment.columns = parts_of(value.at("columns"));
  made.assessment.classes = parts_of(value.at("classes"));
  value.at("notes").get_to(made.assessment.notes);
  return made;
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& found) {
  throw Error(ErrorCode::bad_data,
              {"cannot read an evaluation", path.string(), found,
               "a file that evaluate wrote as JSON", "make it again by vgan_cuda evaluate"});
}

}  // namespace

void write_evaluation_file(const EvaluationFile& evaluation, const std::filesystem::path& path) {
  AtomicFile file(path, "cannot write the evaluation");
  file.write(json_of(evaluation).dump(2, ' ', false, json::error_handler_t::replace) + "\n");
  file.commit();
}

EvaluationFile read_evaluation_file(const std::filesystem::path& path) {
  std::string text;
  for_each_line(path, [&](const std::string& line) {
    text += line + "\n";
    return true;
  });
  const json value = read_json(text);
  if (value.is_discarded()) refuse(path, "no JSON");
  if (!value.is_object() || value.value("what", json()) != what) refuse(path, "other JSON");
  try {
    return file_of(value);
  } catch (const json::exception& error) {
    refuse(path, error.what());
  } catch (const Error& error) {
    refuse(path, error.what());
  }
}

}  // namespace vgan
