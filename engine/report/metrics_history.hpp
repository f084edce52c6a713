// What metrics.jsonl says of a run: its numbers over epochs, and what happened.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/files/folder.hpp"
#include "engine/pictures/long_series.hpp"
#include "engine/report/svg_plot.hpp"

namespace vgan {

/// A line of metrics.jsonl that is about no step: {"event": kind, "epoch": ..., ...}.
struct RunEvent {
  std::string kind;
  double epoch = 0.0;
  std::vector<std::pair<std::string, double>> numbers;     ///< other keys with numbers
  std::vector<std::pair<std::string, std::string>> words;  ///< other keys with words

  /// The word of a key, or "".
  std::string word(const std::string& key) const;
};

/// "collapse at epoch 400: ...", for people.
std::string event_text(const RunEvent& event);

struct MetricsHistory {
  bool there = false;                                    ///< whether there was a file
  double epochs = 0.0;                                   ///< the last one that was logged
  double seconds = 0.0;                                  ///< of training at it
  std::uint64_t damaged = 0;                             ///< lines that cannot be read
  std::map<std::string, LongSeries> series;              ///< by the names of values
  std::map<std::string, std::vector<SvgPoint>> quality;  ///< of evaluations, by measures' names
  std::map<std::string, double> real_floors;             ///< what real trials come to, likewise
  std::vector<RunEvent> events;                          ///< but evaluations, in their order

  const LongSeries* find(const std::string& name) const;
  /// Events of a kind: "alarm", "rollback", "changed".
  std::vector<RunEvent> of_kind(const std::string& kind) const;
};

/// Reads what there is, whatever stopped its writer: lines that are no JSON are counted. Throws io
/// where the system refuses to read a file that is there.
MetricsHistory read_metrics_history(const FilePlace& file, bool there);

}  // namespace vgan
