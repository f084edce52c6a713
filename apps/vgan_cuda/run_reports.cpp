#include "apps/vgan_cuda/run_reports.hpp"

#include <cstdio>
#include <exception>

#include "engine/base/number_text.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/text.hpp"

namespace vgan::app {

std::string report_line(const ReportResult& result) {
  return "wrote " + result.out.string() + ": " + counted(result.runs, "run") + ", " +
         fixed_text(static_cast<double>(result.bytes) / 0x1p20, 1) + " MiB, " +
         general_text(result.seconds, 3) + " s";
}

void report_after_work(const ReportRequest& request, bool quiet) {
  try {
    const ReportResult result = write_report(request);
    if (!quiet && result.runs > 0) std::printf("%s\n", printable(report_line(result)).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "no report: %s\n", printable(error.what()).c_str());
  }
}

}  // namespace vgan::app
