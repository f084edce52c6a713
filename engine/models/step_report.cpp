#include "engine/models/step_report.hpp"

#include <algorithm>
#include <string>

#include "engine/base/error.hpp"
#include "engine/base/text.hpp"

namespace vgan {

std::optional<float> StepReport::find(std::string_view name) const {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const NamedValue& value) { return value.name == name; });
  if (found == values.end()) return std::nullopt;
  return found->value;
}

float StepReport::operator[](std::string_view name) const {
  if (const std::optional<float> value = find(name)) return *value;
  std::string names;
  for (const NamedValue& value : values) {
    names += (names.empty() ? "" : ", ") + std::string(value.name);
  }
  throw Error(ErrorCode::internal,
              {"no such value", "the report of a step", "'" + std::string(name) + "'", names, ""});
}

}  // namespace vgan
