#include "tests/ptx/library.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace ptx {

namespace {

namespace fs = std::filesystem;

constexpr const char* fixture_mark = "vgan kernels as PTX";

std::string read_text(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error(file.string() + ": cannot be read");
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string inflated(const fs::path& file) {
  gzFile packed = gzopen(file.c_str(), "rb");
  if (packed == nullptr) throw std::runtime_error(file.string() + ": cannot be read");
  std::string text;
  std::array<char, 65536> buffer{};
  int got = 0;
  while ((got = gzread(packed, buffer.data(), buffer.size())) > 0)
    text.append(buffer.data(), static_cast<std::size_t>(got));
  // A stream that ends too early is known when it is closed.
  if (gzclose(packed) != Z_OK || got < 0) throw std::runtime_error(file.string() + ": is damaged");
  return text;
}

/// The headers of the project that a source includes.
std::vector<std::string> includes_of(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view include = "#include \"";
    if (line.starts_with(include))
      found.push_back(line.substr(include.size(), line.rfind('"') - include.size()));
  }
  return found;
}

void add_with_includes(const fs::path& root, const std::string& file, std::set<std::string>& all) {
  if (!all.insert(file).second) return;
  for (const std::string& each : includes_of(read_text(root / file)))
    add_with_includes(root, each, all);
}

}  // namespace

Files read_folder(const fs::path& folder, const std::string& architecture) {
  Files files;
  const std::string ending = "." + architecture + ".ptx";
  for (const auto& each : fs::directory_iterator(folder)) {
    const std::string name = each.path().filename().string();
    if (name.ends_with(ending))
      files[name.substr(0, name.size() - ending.size())] = read_text(each.path());
  }
  return files;
}

Fixture read_fixture(const fs::path& file) {
  std::istringstream text(inflated(file));
  Fixture fixture;
  std::string mark;
  std::getline(text, mark);
  if (mark != fixture_mark)
    throw std::runtime_error(file.string() + ": begins with \"" + mark + "\", not with \"" +
                             fixture_mark + "\"");
  std::getline(text, fixture.sources);
  std::getline(text, fixture.compiler);
  std::string name;
  std::size_t bytes = 0;
  while (text >> name >> bytes) {
    text.ignore(1);
    std::string& content = fixture.files[name];
    content.resize(bytes);
    text.read(content.data(), static_cast<std::streamsize>(bytes));
    if (!text) throw std::runtime_error(file.string() + ": ends in " + name);
  }
  return fixture;
}

void write_fixture(const fs::path& file, const Fixture& fixture) {
  std::string text = std::string(fixture_mark) + "\n" + fixture.sources + "\n" + fixture.compiler;
  for (const auto& [name, content] : fixture.files)
    text += "\n" + name + " " + std::to_string(content.size()) + "\n" + content;
  gzFile packed = gzopen(file.c_str(), "wb9");
  const bool written =
      packed != nullptr && gzwrite(packed, text.data(), static_cast<unsigned>(text.size())) ==
                               static_cast<int>(text.size());
  if (packed != nullptr && gzclose(packed) == Z_OK && written) return;
  throw std::runtime_error(file.string() + ": cannot be written");
}

std::string compacted(const std::string& text) {
  std::istringstream lines(without_comments(text));
  std::string kept;
  std::string kernel;
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    const bool table = line.starts_with(".global") || line.starts_with(".const");
    if (line.empty() || table || line.starts_with(".pragma")) continue;
    const std::size_t entry = line.find(".entry ");
    if (entry != std::string::npos)
      kernel = trimmed(line.substr(entry + 7, line.find('(') - entry - 7));
    // Parameters have their kernel's name, which is long.
    const std::string parameter = kernel + "_param_";
    for (std::size_t at = 0;
         !kernel.empty() && (at = line.find(parameter, at)) != std::string::npos;)
      line.replace(at, parameter.size(), "P");
    std::replace(line.begin(), line.end(), '\t', ' ');
    line.erase(
        std::unique(line.begin(), line.end(), [](char a, char b) { return a == ' ' && b == ' '; }),
        line.end());
    kept += line + "\n";
  }
  return kept;
}

std::vector<fs::path> kernel_sources(const fs::path& root) {
  std::vector<fs::path> sources;
  for (const char* folder : {"kernels/cuda", "tests/kernels/cuda"}) {
    for (const auto& each : fs::recursive_directory_iterator(root / folder)) {
      if (each.path().extension() == ".cu") sources.push_back(each.path());
    }
  }
  return sources;
}

std::string sources_hash(const fs::path& root, const std::vector<fs::path>& sources) {
  std::set<std::string> all;
  for (const fs::path& each : sources)
    add_with_includes(root, fs::relative(each, root).string(), all);
  std::uint64_t hash = 0xCBF29CE484222325U;  // FNV-1a
  const auto add = [&](const std::string& text) {
    for (const char c : text) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
  };
  for (const std::string& each : all) {
    add(each);
    add(without_comments(read_text(root / each)));
  }
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
  return digits.data();
}

Library::Library(const Files& files, SharedAlignment alignment) : alignment_(alignment) {
  for (const auto& [file, text] : files) {
    const auto module = std::make_shared<const ModuleText>(read_module(text));
    for (const Entry& entry : module->entries) {
      const auto [place, is_new] = places_.emplace(entry.name, Place{module, &entry, file});
      if (!is_new)
        throw ParseError("kernel " + entry.name + " is in " + place->second.file + " and in " +
                         file + ": kernels of one name cannot be told apart");
    }
  }
}

const Kernel& Library::kernel(const std::string& name) {
  std::unique_ptr<Kernel>& parsed = parsed_[name];
  if (parsed != nullptr) return *parsed;
  const auto place = places_.find(name);
  if (place == places_.end())
    throw ParseError("there is no PTX of it among " + std::to_string(places_.size()) + " kernels");
  try {
    parsed = std::make_unique<Kernel>(
        parse_kernel(*place->second.entry, *place->second.module, alignment_));
  } catch (const ParseError& error) {
    throw ParseError(place->second.file + ".ptx, " + error.what());
  }
  return *parsed;
}

std::vector<std::string> Library::names() const {
  std::vector<std::string> all;
  for (const auto& [name, place] : places_) all.push_back(name);
  return all;
}

}  // namespace ptx
