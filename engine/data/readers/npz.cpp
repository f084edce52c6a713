#include "engine/data/readers/npz.hpp"

#include <memory>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/base/error.hpp"
#include "engine/base/printable.hpp"
#include "engine/base/refuse_setting.hpp"
#include "engine/base/text.hpp"
#include "engine/data/readers/content_guess.hpp"
#include "engine/data/readers/npy.hpp"
#include "engine/data/readers/npy_header.hpp"
#include "engine/data/readers/zip_archive.hpp"

namespace vgan {
namespace {

constexpr std::string_view ending = ".npy";

std::string array_name(const ZipEntry& entry) {
  return entry.name.substr(0, entry.name.size() - ending.size());
}

ByteSource open_array(const ZipArchive& archive, const ZipEntry& entry) {
  return archive.open(entry, "array '" + printable(array_name(entry)) + "'");
}

// "x (100, 275), y (100,)": arrays that cannot be opened have no shape here.
std::string arrays_text(const ZipArchive& archive, const std::vector<ZipEntry>& arrays) {
  constexpr std::size_t most_shown = 20;
  std::string text;
  for (std::size_t i = 0; i < arrays.size() && i < most_shown; ++i) {
    text += (i > 0 ? ", " : "") + shortened(printable(array_name(arrays[i])));
    try {
      ByteSource source = open_array(archive, arrays[i]);
      text += " " + read_npy_header(source).shape_text();
    } catch (const Error&) {
      continue;
    }
  }
  return text + (arrays.size() > most_shown ? ", ..." : "");
}

[[noreturn]] void refuse_no_array(const ZipArchive& archive) {
  const RawFile& file = archive.file();
  std::string head(64, '\0');
  head.resize(file.read_at(head.data(), head.size(), 0));
  const ContentGuess guess = guess_content(head);
  const auto& entries = archive.entries();
  file.fail(0,
            entries.empty() ? "a zip archive of nothing"
                            : guess.found + " without .npy arrays in it, but '" +
                                  shortened(printable(entries.front().name)) + "'",
            "a zip archive of .npy arrays, as numpy.savez writes it", guess.remedy);
}

}  // namespace

std::optional<NpzPart> npz_part(const std::filesystem::path& name, const std::string& setting) {
  std::error_code error;
  const std::string text = name.string();
  const std::size_t colon = text.rfind(':');
  if (colon != std::string::npos && !std::filesystem::exists(name, error)) {
    const NpzPart part{text.substr(0, colon), text.substr(colon + 1), setting};
    if (std::filesystem::is_regular_file(part.file, error)) return part;
  }
  if (!std::filesystem::is_regular_file(name, error)) return std::nullopt;
  const ByteSource source(name, "cannot read " + setting);
  if (!is_zip(source.head()) || source.packed()) return std::nullopt;
  return NpzPart{name, "", setting};
}

ByteSource open_npz_array(const NpzPart& part, const std::string& what) {
  const std::string& array = part.array;
  const ZipArchive archive(std::make_shared<const RawFile>(part.file, what));
  std::vector<ZipEntry> arrays;
  for (const ZipEntry& entry : archive.entries()) {
    if (entry.name.size() > ending.size() && entry.name.ends_with(ending)) arrays.push_back(entry);
  }
  if (arrays.empty()) refuse_no_array(archive);
  if (array.empty() && arrays.size() == 1) return open_array(archive, arrays.front());
  std::vector<std::string> names;
  for (const ZipEntry& entry : arrays) {
    names.push_back(array_name(entry));
    if (!array.empty() && (array == names.back() || array == entry.name)) {
      return open_array(archive, entry);
    }
  }
  const std::string in_file = " for " + archive.file().name();
  const std::string name = array.empty() ? "no name" : "'" + array + "'";
  const std::string remedy = part.setting == "array"
                                 ? "say which with --array"
                                 : "say which with --" + part.setting + " FILE:ARRAY";
  refuse_setting(part.setting, name + in_file, "one of " + arrays_text(archive, arrays),
                 array.empty() ? remedy : suggestion(array, names));
}

Trials read_npz_trials(const std::filesystem::path& path, const std::string& array,
                       const ShapeWish& wish) {
  ByteSource source = open_npz_array({path, array}, "cannot read .npz images");
  return read_npy_trials(source, wish);
}

}  // namespace vgan
