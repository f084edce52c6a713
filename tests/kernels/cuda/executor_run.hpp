// What tests of the whole CUDA backend on the host executor share.
#pragma once

#include <string>

#include "engine/run/run.hpp"
#include "tests/simt/simt.hpp"
#include "tests/support/small_run.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/tiny_images.hpp"

namespace vgan::testing {

/// Leaves the executor as it was found. What a test with planted faults found goes too.
struct Restored {
  Restored() { simt::reset(); }
  ~Restored() {
    simt::reset();
    (void)simt::take_findings();
  }
};

/// A run of 30 epochs of small_config() on CUDA, in `folder`, with a checkpoint every 10.
inline RunRequest run_on_cuda(const TempDir& folder) {
  write_tiny_images(folder.path() / "tiny.npy");
  RunRequest request;
  request.config = small_config();
  request.config.device = "cuda";
  request.config.data = (folder.path() / "tiny.npy").string();
  request.config.out = (folder.path() / "run").string();
  request.config.epochs = 30;
  request.config.save_every = 10;
  return request;
}

}  // namespace vgan::testing
