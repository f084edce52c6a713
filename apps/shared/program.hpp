// What every program of this project shares: streams, errors and exit status, build facts.
#pragma once

#include <string>
#include <vector>

namespace vgan::app {

using Words = std::vector<std::string>;

/// The body of main: `run` gets the word that started the program and the words after it, and gives
/// the exit status. What it throws, and output that cannot be written, becomes one line on standard
/// error, "NAME: WHAT: ...", and that error's exit status.
int run_program(const std::string& name, int argc, char** argv,
                int (*run)(const std::string& program, Words words));

/// Throws io where the process was started with its standard output closed. For commands that
/// write there only after long work; what is written to it all the same is an error at the end.
void require_output();

/// Build facts of program `name`, as --version prints them.
std::string version_text(const std::string& name);
/// One line of such facts: "  NAME        VALUE\n".
std::string fact_line(const std::string& name, const std::string& value);

}  // namespace vgan::app
