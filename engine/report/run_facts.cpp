#include "engine/report/run_facts.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "engine/base/error.hpp"
#include "engine/base/number_text.hpp"
#include "engine/base/text.hpp"
#include "engine/checkpoint/which_checkpoint.hpp"
#include "engine/files/folder.hpp"
#include "engine/files/read_file.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

// What `read` gives, or nothing and a line of why.
template <class Read>
auto tried(const std::string& what, std::vector<std::string>& missing, Read&& read)
    -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (const std::exception& error) {
    missing.push_back(what + ": " + error.what());
    return std::nullopt;
  }
}

std::string bytes_of(const Folder& folder, const std::string& name) {
  std::uint64_t size = 0;
  const FilePlace place(folder, name);
  const FileDescriptor file = open_regular_file(place, size);
  if (size > most_picture_bytes) return "";
  std::string bytes(static_cast<std::size_t>(size), '\0');
  read_exactly(file, place.path, bytes.data(), bytes.size(), 0);
  constexpr std::string_view png = "\x89PNG\r\n\x1a\n";
  return bytes.starts_with(png) ? bytes : "";
}

// The pictures of samples by their epochs.
std::map<std::uint64_t, std::string> frames_in(const Folder& samples) {
  constexpr std::string_view prefix = "epoch-", ending = ".png";
  std::map<std::uint64_t, std::string> found;
  for (const std::string& name : samples.names()) {
    if (!name.starts_with(prefix) || !name.ends_with(ending)) continue;
    const std::string_view number =
        std::string_view(name).substr(prefix.size(), name.size() - prefix.size() - ending.size());
    if (const auto epoch = read_number<std::uint64_t>(number)) found[*epoch] = name;
  }
  return found;
}

// Frames evenly spread, as many as there is room for; the last one is among them.
void read_frames(const Folder& folder, std::size_t room, RunFacts& facts) {
  if (!folder.is_folder("samples")) {
    facts.missing.push_back("samples/: there is no such folder, so no samples over time");
    return;
  }
  const Folder samples = folder.inside("samples");
  const auto found = frames_in(samples);
  facts.frames_there = found.size();
  if (found.empty()) {
    facts.missing.push_back("samples/: no picture of samples");
    return;
  }
  std::vector<std::pair<std::uint64_t, std::string>> all(found.begin(), found.end());
  std::uint64_t largest = 1;
  for (const auto& [epoch, name] : all) largest = std::max(largest, samples.size_of(name));
  const std::size_t fitting = std::max<std::size_t>(1, room / largest);
  const std::size_t count = std::min({all.size(), most_frames, fitting});
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = count < 2 ? all.size() - 1 : i * (all.size() - 1) / (count - 1);
    std::string png = bytes_of(samples, all[at].second);
    if (!png.empty()) facts.frames.push_back({all[at].first, std::move(png)});
  }
}

void read_model_of(const fs::path& folder, RunFacts& facts) {
  facts.checkpoint = tried("checkpoints/", facts.missing,
                           [&] { return load_chosen(folder, WhichCheckpoint::best); });
  if (facts.checkpoint) {
    for (const std::string& line : facts.checkpoint->skipped) facts.missing.push_back(line);
    facts.model = tried(facts.checkpoint->file.filename().string(), facts.missing, [&] {
      return read_model(facts.checkpoint->checkpoint, facts.checkpoint->file.string());
    });
  }
  if (facts.model) {
    const std::string file = facts.checkpoint->file.string();
    if (const auto record = tried(facts.checkpoint->file.filename().string(), facts.missing, [&] {
          return RunRecord::load(facts.checkpoint->checkpoint, file);
        })) {
      facts.record = *record;
    }
    facts.config = facts.model->config;
    return;
  }
  facts.config =
      tried("config.toml", facts.missing, [&] { return read_config(folder / "config.toml"); });
}

// "runs/0007": what the user would know it by.
std::string name_of(const fs::path& folder) {
  std::error_code error;
  fs::path whole = fs::weakly_canonical(folder, error);
  if (error || whole.empty()) whole = folder;
  const fs::path above = whole.parent_path().filename();
  return above.empty() ? whole.filename().string() : (above / whole.filename()).string();
}

}  // namespace

bool is_run_folder(const fs::path& folder) {
  std::error_code error;
  return fs::is_directory(folder / "checkpoints", error) ||
         fs::is_regular_file(folder / "metrics.jsonl", error) ||
         fs::is_regular_file(folder / "config.toml", error);
}

std::vector<fs::path> runs_inside(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (is_run_folder(entry->path())) found.push_back(entry->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

RunFacts read_run_facts(const fs::path& path) {
  const Folder folder(path);
  if (!is_run_folder(path)) {
    throw Error(ErrorCode::bad_data,
                {"cannot report", path.string(), "no run in it",
                 "the folder of a run, with checkpoints/, metrics.jsonl or config.toml",
                 "name one, such as runs/0001"});
  }
  RunFacts facts;
  facts.folder = path;
  facts.name = name_of(path);
  read_model_of(path, facts);
  const auto history = tried("metrics.jsonl", facts.missing, [&] {
    return read_metrics_history({folder, "metrics.jsonl"}, folder.has("metrics.jsonl"));
  });
  if (history) facts.history = *history;
  if (history && !history->there) {
    facts.missing.emplace_back("metrics.jsonl: there is no such file, so no losses");
  }
  if (facts.history.damaged > 0) {
    facts.missing.push_back("metrics.jsonl: passed over " + counted(facts.history.damaged, "line") +
                            " that cannot be read");
  }
  const auto picture = [&](const std::string& name, std::string& to) {
    if (!folder.is_regular_file(name)) return;
    if (auto bytes = tried(name, facts.missing, [&] { return bytes_of(folder, name); })) {
      to = std::move(*bytes);
    }
  };
  picture("real.png", facts.real_png);
  picture("reconstructions.png", facts.reconstructions_png);
  const std::size_t taken = facts.real_png.size() + facts.reconstructions_png.size();
  (void)tried("samples/", facts.missing, [&] {
    read_frames(folder, most_picture_bytes - std::min(taken, most_picture_bytes), facts);
    return true;
  });
  return facts;
}

}  // namespace vgan
