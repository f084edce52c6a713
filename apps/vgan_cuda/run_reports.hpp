// The report that a command writes when its work is done.
#pragma once

#include <string>

#include "engine/report/run_report.hpp"

namespace vgan::app {

/// "wrote runs/0007/report.html: 1 run, 1.2 MiB, 3.4 s".
std::string report_line(const ReportResult& result);

/// Writes the report. What goes wrong is a line on standard error, for the work itself is done.
/// `quiet`: nothing else is printed.
void report_after_work(const ReportRequest& request, bool quiet);

}  // namespace vgan::app
