// The report of a run, or of several side by side: one file for people, that needs no other.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace vgan {

/// The name of the report in a run's folder.
inline constexpr const char* report_name = "report.html";
/// No report is larger, in bytes.
inline constexpr std::size_t most_report_bytes = std::size_t{8} << 20;

struct ReportRequest {
  /// Folders of runs; one of a comparison stands for the runs in it.
  std::vector<std::filesystem::path> runs;
  /// Empty: report.html in the folder of the run, or of the comparison, that is named; of several,
  /// in the working folder.
  std::filesystem::path out;
  /// Whether models are sampled and measured where evaluation.json does not say it yet; else the
  /// report is of what lies in the folders.
  bool measure = true;
  /// A run whose settings want no report (`report` off) gets none: ReportResult::runs is 0 then.
  bool only_where_wanted = false;
  std::string failure;  ///< why the run has not ended, which its report says; empty: it may have
  std::string device = "auto";
  std::int64_t threads = 0;
  std::function<bool()> stop_requested;  ///< asked between parts; may be empty
};

struct ReportResult {
  std::filesystem::path out;
  std::size_t runs = 0, bytes = 0;
  double seconds = 0.0;
  std::vector<std::string> missing;  ///< what could not be read or done: a line each
};

/// Writes the report atomically; of runs that lack a part it says so. Throws usage for no run, io,
/// and bad_data for a folder that holds none.
ReportResult write_report(const ReportRequest& request);

}  // namespace vgan
