#include "engine/checkpoint/checkpoint_folder.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <vector>

#include "engine/files/atomic_file.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "epoch-";
constexpr std::string_view suffix = ".safetensors";
constexpr std::size_t shortest_number = 8;  // digits, so that names sort as their numbers do

std::optional<std::uint64_t> epoch_of(std::string_view name) {
  if (name.size() < prefix.size() + suffix.size() || !name.starts_with(prefix) ||
      !name.ends_with(suffix)) {
    return std::nullopt;
  }
  std::uint64_t epoch = 0;
  const char* first = name.data() + prefix.size();
  const char* last = name.data() + name.size() - suffix.size();
  const auto [end, error] = std::from_chars(first, last, epoch);
  if (error != std::errc() || end != last || checkpoint_name(epoch) != name) return std::nullopt;
  return epoch;
}

// The checkpoint that `name` is a temporary of, if any: ".epoch-00000500.safetensors.tmp-1234".
bool is_stale_temporary(const std::string& name) {
  const std::size_t end = name.find(suffix);
  if (name.empty() || name.front() != '.' || end == std::string::npos) return false;
  const std::string target = name.substr(1, end + suffix.size() - 1);
  return epoch_of(target).has_value() && is_temporary_of(name, target);
}

std::vector<fs::path> entries(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  fs::directory_iterator at(folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    found.push_back(at->path());
  }
  if (error) throw io_error("cannot list the folder", folder, error.value());
  return found;
}

void remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);  // no error where another has removed it
  if (error) throw io_error("cannot remove", path, error.value());
}

}  // namespace

std::string checkpoint_name(std::uint64_t epoch) {
  std::string number = std::to_string(epoch);
  if (number.size() < shortest_number) number.insert(0, shortest_number - number.size(), '0');
  return std::string(prefix) + number + std::string(suffix);
}

std::map<std::uint64_t, fs::path> list_checkpoints(const fs::path& folder) {
  std::map<std::uint64_t, fs::path> found;
  for (const fs::path& path : entries(folder)) {
    std::error_code ignored;
    const auto epoch = epoch_of(path.filename().string());
    if (epoch && fs::is_regular_file(path, ignored)) found.emplace(*epoch, path);
  }
  return found;
}

void remove_stale_temporaries(const fs::path& folder) {
  for (const fs::path& path : entries(folder)) {
    if (is_stale_temporary(path.filename().string())) remove_file(path);
  }
}

void prune_checkpoints(const fs::path& folder, std::uint64_t written, int keep) {
  if (keep <= 0) return;
  const auto found = list_checkpoints(folder);
  int place = 0;
  for (auto at = found.rbegin(); at != found.rend(); ++at) {
    if (++place > keep && at->first != written) remove_file(at->second);
  }
}

}  // namespace vgan
