// The commands of vgan_bench. Each takes the words after its name and returns the exit status.
#pragma once

#include "apps/shared/program.hpp"

namespace vgan::bench {

/// All throw Error; usage where the words cannot be understood.
int run_step(const app::Words& words);
int run_generate(const app::Words& words);
int run_op(const app::Words& words);
int run_read(const app::Words& words);

}  // namespace vgan::bench
