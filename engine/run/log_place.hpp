// Where in a run a line of metrics.jsonl belongs.
#pragma once

#include <optional>

#include <nlohmann/json.hpp>

namespace vgan {

/// The epoch after which the run as it went on wrote the line: its own, but for a rollback's, and
/// for that of an event of epochs that the run went back from ("superseded"), the epoch gone back
/// to. Nothing where the line says none.
inline std::optional<double> place_in_log(const nlohmann::json& entry) {
  const auto number = [&](const char* key) -> std::optional<double> {
    const auto found = entry.find(key);
    if (found == entry.end() || !found->is_number()) return std::nullopt;
    return found->get<double>();
  };
  if (const auto back = number("superseded")) return back;
  const auto event = entry.find("event");
  return number(event != entry.end() && *event == "rollback" ? "to" : "epoch");
}

}  // namespace vgan
