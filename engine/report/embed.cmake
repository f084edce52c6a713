# Writes OUTPUT, a source that holds the style sheet and the script of reports, from FOLDER.
foreach(name IN ITEMS css js)
  file(READ ${FOLDER}/report.${name} report_${name})
  string(FIND "${report_${name}}" ")asset\"" ends)
  if(NOT ends EQUAL -1)
    message(FATAL_ERROR "${FOLDER}/report.${name} holds what ends a text in C++")
  endif()
endforeach()
file(WRITE ${OUTPUT} "// Written by engine/report/embed.cmake from report.css and report.js.
#include \"engine/report/assets.hpp\"

namespace vgan {

const char* report_style() {
  return R\"asset(${report_css})asset\";
}

const char* report_script() {
  return R\"asset(${report_js})asset\";
}

}  // namespace vgan
")
