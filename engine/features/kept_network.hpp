// A network of features in a file beside a run: safetensors, with what it was trained on and how.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/features/network_space.hpp"

namespace vgan {

/// A network from a file.
struct KeptNetwork {
  FeatureNetwork network;
  std::string reason;  ///< NetworkSpace::set_reason's
};

/// What identifies trials in such a file: fingerprints of their values and labels.
std::string trained_on(const Trials& training);

/// The network in `file`, where it was trained on trials of this `fingerprint`; nothing where there
/// is no file, or one of other trials or of an older version. Of a file that is damaged or cannot
/// be read, `*damage` says so in a line.
std::optional<KeptNetwork> load_kept(const std::filesystem::path& file,
                                     const std::string& fingerprint, const TrialShape& shape,
                                     std::string* damage);

/// Writes it atomically. Throws io.
void save_kept(const std::filesystem::path& file, const std::string& fingerprint,
               const NetworkSpace& space, const std::string& reason);

}  // namespace vgan
