// The trained model that a command works on: its first word, or --model.
#pragma once

#include <string>

#include "apps/shared/command_line.hpp"

namespace vgan::app {

/// Adds the word RUN_OR_FILE and the flags --model and --which.
void add_model(CommandLine& line);
/// The run folder or checkpoint file that was named either way. Throws usage where none was, or
/// both were; `command` is what the message calls the command.
std::string read_model_name(const CommandLine& line, const std::string& command);

}  // namespace vgan::app
