// Built-in trials as a file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/data/trial_shape.hpp"

namespace vgan {

struct ExportRequest {
  std::string data;        ///< the name of built-in data
  std::uint64_t seed = 1;  ///< that a run of this seed sees
  /// The file to write. A table goes to a name in .csv or .tsv, or to "-", standard output; other
  /// data go to a name in .npy. Where it is empty, the file has the data's name.
  std::string out;
  std::int64_t threads = 0;  ///< 0: all that the process may use
};

struct ExportResult {
  std::string out;           ///< ExportRequest::out, or what it was by itself
  std::int64_t count = 0;    ///< trials
  std::int64_t columns = 0;  ///< of a table; else 0
  TrialShape shape;          ///< of one trial
  std::vector<std::string> notes;
};

/// Writes the built-in trials to a file, whose folder is made where there is none: the rows of a
/// table as text, others as an array of N trials, without their labels, which a note says. Throws
/// bad_config for another name than a built-in one and for an ending that cannot be; io.
ExportResult export_trials(const ExportRequest& request);

}  // namespace vgan
