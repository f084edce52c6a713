// The commands of vgan_cuda. Each takes the words after its name and returns the exit status.
#pragma once

#include <string>

#include "apps/shared/program.hpp"

namespace vgan::app {

/// All throw Error; usage where the words cannot be understood. `program` is the word that started
/// this program, for commands that the user may copy.
int run_train(const std::string& program, const Words& words);
int run_generate(const Words& words);
int run_predict(const Words& words);
int run_profile(const Words& words);
int run_search(const Words& words);
int run_reconstruct(const Words& words);
int run_compare(const Words& words);
int run_evaluate(const Words& words);
int run_report(const Words& words);
int run_inspect(const Words& words);
int run_schema(const Words& words);
int run_export(const Words& words);
int run_doctor(const Words& words);

}  // namespace vgan::app
