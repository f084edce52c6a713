// What a resumed run sees must be what it was started on.
#pragma once

#include <string>

#include "engine/checkpoint/checkpoint.hpp"

namespace vgan {

/// Throws bad_data unless the checkpoint has `fingerprint` as its metadata `key`. `name` is that of
/// the flag that names the data.
void require_same(const Checkpoint& checkpoint, const std::string& key,
                  const std::string& fingerprint, const std::string& name);

}  // namespace vgan
