// NumPy .npz files: zip archives of .npy arrays.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "engine/data/readers/byte_source.hpp"
#include "engine/data/trial_axes.hpp"
#include "engine/data/trials.hpp"

namespace vgan {

/// One array of an .npz file.
struct NpzPart {
  std::filesystem::path file;
  std::string array;              ///< with or without .npy behind; "": the one that there is
  std::string setting = "array";  ///< what messages call the setting that names it
};

/// The part that a name of labels or conditions means: FILE:ARRAY, or FILE alone where it is a zip
/// archive. Nothing for other files, or where a file has the whole name.
std::optional<NpzPart> npz_part(const std::filesystem::path& name, const std::string& setting);

/// Opens an array; `what` begins messages. Throws Error: bad_config, which lists the arrays and
/// their shapes, where there are several or none of that name; bad_data for an archive without
/// arrays; and as ZipArchive does.
ByteSource open_npz_array(const NpzPart& part, const std::string& what);

/// Reads an array as read_npy_trials does. Throws as both do.
Trials read_npz_trials(const std::filesystem::path& path, const std::string& array,
                       const ShapeWish& wish = {});

}  // namespace vgan
