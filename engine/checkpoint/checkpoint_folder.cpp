#include "engine/checkpoint/checkpoint_folder.hpp"

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

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

}  // namespace

std::string checkpoint_name(std::uint64_t epoch) {
  std::string number = std::to_string(epoch);
  if (number.size() < shortest_number) number.insert(0, shortest_number - number.size(), '0');
  return std::string(prefix) + number + std::string(suffix);
}

std::map<std::uint64_t, fs::path> list_checkpoints(const Folder& folder) {
  std::map<std::uint64_t, fs::path> found;
  for (const std::string& name : folder.names()) {
    const auto epoch = epoch_of(name);
    if (epoch && folder.is_regular_file(name)) found.emplace(*epoch, folder.path() / name);
  }
  return found;
}

void remove_stale_temporaries(const Folder& folder) {
  for (const std::string& name : folder.names()) {
    if (is_stale_temporary(name)) folder.remove(name);
  }
}

void prune_checkpoints(const Folder& folder, const std::set<std::uint64_t>& kept, int keep) {
  if (keep <= 0) return;
  const auto found = list_checkpoints(folder);
  int place = 0;
  for (auto at = found.rbegin(); at != found.rend(); ++at) {
    if (++place > keep && kept.count(at->first) == 0) folder.remove(checkpoint_name(at->first));
  }
}

}  // namespace vgan
