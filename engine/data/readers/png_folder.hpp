// A folder of PNG pictures as images.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/data/trials.hpp"

namespace vgan {

/// The .png files of the folder, in the order of their names; or, where it has none, those of its
/// subfolders, whose names are the classes. All are of one size. They become RGB where any has
/// colours, u8, or floats of 0 to 65535 (type u16) where any has 16 bits; transparency is left out,
/// with a note. Nothing where there is no .png file. Throws Error: io where the system refuses;
/// bad_data for a file that is no PNG, is broken or has another size than the first.
std::optional<Trials> read_png_folder(const std::filesystem::path& folder);

}  // namespace vgan
