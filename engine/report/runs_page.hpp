// Several runs side by side.
#pragma once

#include <vector>

#include "engine/report/report_page.hpp"
#include "engine/report/run_study.hpp"

namespace vgan {

ReportPage page_of_runs(const std::vector<RunStudy>& studies);

}  // namespace vgan
