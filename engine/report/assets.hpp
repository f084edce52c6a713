// The style sheet and the script that every report carries; the build makes their source from
// report.css and report.js.
#pragma once

namespace vgan {

const char* report_style();
const char* report_script();

}  // namespace vgan
