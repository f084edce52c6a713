#include "engine/checkpoint/checkpoint.hpp"

#include <zlib.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <system_error>

#include "engine/checkpoint/checkpoint_folder.hpp"
#include "engine/checkpoint/safetensors.hpp"

namespace vgan {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view reserved = "checkpoint.";
const std::string format_key = "checkpoint.format";
const std::string sum_key = "checkpoint.crc32";
const std::string tensor_sum_prefix = "checkpoint.crc32.";

using Metadata = std::map<std::string, std::string>;

std::string hex(unsigned long sum) {
  char text[9];
  std::snprintf(text, sizeof(text), "%08lx", sum);
  return text;
}

std::string checksum(std::span<const std::byte> bytes) {
  return hex(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// CRC-32 over values that each say how long they are, so that no two headers read the same.
class HeaderSum {
 public:
  void add(std::uint64_t value) { add_bytes(&value, sizeof(value)); }
  void add(std::string_view text) {
    add(static_cast<std::uint64_t>(text.size()));
    add_bytes(text.data(), text.size());
  }
  std::string text() const { return hex(sum_); }

 private:
  void add_bytes(const void* bytes, std::size_t n) {
    sum_ = crc32_z(sum_, static_cast<const Bytef*>(bytes), n);
  }
  unsigned long sum_ = crc32_z(0, nullptr, 0);
};

// The sum covers everything in the header but itself and the offsets, which the file's size fixes.
template <class Tensors>
std::string header_checksum(const Metadata& metadata, const Tensors& tensors) {
  HeaderSum sum;
  for (const auto& [key, value] : metadata) {
    if (key == sum_key) continue;
    sum.add(key);
    sum.add(value);
  }
  sum.add(static_cast<std::uint64_t>(tensors.size()));
  for (const auto& [name, tensor] : tensors) {
    sum.add(name);
    sum.add(tensor_type_name(tensor.type));
    sum.add(static_cast<std::uint64_t>(tensor.shape.size()));
    for (const std::int64_t extent : tensor.shape) sum.add(static_cast<std::uint64_t>(extent));
  }
  return sum.text();
}

[[noreturn]] void fail(const std::string& where, const std::string& found,
                       const std::string& allowed) {
  throw Error(ErrorCode::bad_data, {"damaged checkpoint", where, found, allowed, ""});
}

const std::string& required(const Metadata& metadata, const std::string& key,
                            const std::string& where) {
  const auto found = metadata.find(key);
  if (found == metadata.end()) {
    throw Error(ErrorCode::bad_data, {"not a checkpoint of this program", where,
                                      "no " + key + " in its metadata", "", ""});
  }
  return found->second;
}

// The format first: another one may sum up other things.
void check_header(const SafetensorsHeader& header, const std::string& where) {
  const std::string& format = required(header.metadata, format_key, where);
  if (format != std::to_string(checkpoint_format)) {
    throw Error(ErrorCode::bad_data,
                {"unknown checkpoint format", where, format, std::to_string(checkpoint_format),
                 "use the version of this program that wrote it"});
  }
  const std::string& expected = required(header.metadata, sum_key, where);
  const std::string sum = header_checksum(header.metadata, header.tensors);
  if (sum != expected) fail(where + ", header", "CRC-32 " + sum, expected);
}

std::vector<std::byte> read_checked(const SafetensorsReader& reader, const std::string& name) {
  const std::string where = reader.path().string();
  const std::string& expected = required(reader.header().metadata, tensor_sum_prefix + name, where);
  std::vector<std::byte> bytes = reader.read(name);
  const std::string sum = checksum(bytes);
  if (sum != expected) fail(where + ", tensor '" + name + "'", "CRC-32 " + sum, expected);
  return bytes;
}

Error no_valid(const fs::path& folder, const std::vector<std::string>& skipped) {
  if (skipped.empty()) {
    return Error(
        ErrorCode::bad_data,
        {"no checkpoint in the folder", folder.string(), "", "files like " + checkpoint_name(500),
         "a run writes one at every --save-every epochs and at its end"});
  }
  const std::string others =
      skipped.size() == 1 ? "" : " (and " + std::to_string(skipped.size() - 1) + " more like it)";
  return Error(ErrorCode::bad_data, {"no valid checkpoint in the folder", folder.string(),
                                     skipped.front() + others, "", ""});
}

// Nothing where a file went away meanwhile, unless this is the `last` try. Only bad data is a
// reason to look at an older file: what the system refuses to read may be whole.
std::optional<LoadedCheckpoint> newest_valid(const Folder& folder, bool last) {
  const auto files = list_checkpoints(folder);
  LoadedCheckpoint loaded;
  for (auto at = files.rbegin(); at != files.rend(); ++at) {
    try {
      loaded.checkpoint = load_checkpoint_at({folder, checkpoint_name(at->first)});
      loaded.file = at->second;
      return loaded;
    } catch (const Error& error) {
      const bool gone = !folder.has(checkpoint_name(at->first));
      if (error.code() != ErrorCode::bad_data && gone && !last) return std::nullopt;
      if (error.code() != ErrorCode::bad_data) throw;
      loaded.skipped.push_back(error.what());
    }
  }
  throw no_valid(folder.path(), loaded.skipped);
}

}  // namespace

fs::path save_checkpoint(const Folder& folder, std::uint64_t epoch, const Checkpoint& checkpoint,
                         int keep, const std::set<std::uint64_t>& kept) {
  Metadata metadata = checkpoint.metadata;
  for (const auto& [key, value] : metadata) {
    if (std::string_view(key).starts_with(reserved)) {
      throw Error(ErrorCode::internal,
                  {"a checkpoint's metadata key is reserved", key, "", "", ""});
    }
  }
  std::map<std::string, TensorSpan> tensors;
  for (const auto& [name, tensor] : checkpoint.tensors) {
    tensors[name] = {tensor.type, tensor.shape, tensor.bytes};
    metadata[tensor_sum_prefix + name] = checksum(tensor.bytes);
  }
  metadata[format_key] = std::to_string(checkpoint_format);
  metadata[sum_key] = header_checksum(metadata, tensors);

  remove_stale_temporaries(folder);
  const FilePlace file(folder, checkpoint_name(epoch));
  write_safetensors(file, metadata, tensors);
  std::set<std::uint64_t> all = kept;
  all.insert(epoch);
  prune_checkpoints(folder, all, keep);
  return file.path;
}

fs::path save_checkpoint(const fs::path& folder, std::uint64_t epoch, const Checkpoint& checkpoint,
                         int keep) {
  return save_checkpoint(Folder::make(folder), epoch, checkpoint, keep);
}

namespace {

Metadata own_of(const Metadata& written) {
  Metadata metadata;
  for (const auto& [key, value] : written) {
    if (!std::string_view(key).starts_with(reserved)) metadata[key] = value;
  }
  return metadata;
}

}  // namespace

Metadata load_metadata(const FilePlace& file) {
  const SafetensorsReader reader = SafetensorsReader::open(file);
  check_header(reader.header(), file.path.string());
  return own_of(reader.header().metadata);
}

Checkpoint load_checkpoint_at(const FilePlace& file) {
  const SafetensorsReader reader = SafetensorsReader::open(file);
  const SafetensorsHeader& header = reader.header();
  check_header(header, file.path.string());
  Checkpoint checkpoint;
  for (const auto& [name, info] : header.tensors) {
    checkpoint.tensors[name] = {info.type, info.shape, read_checked(reader, name)};
  }
  checkpoint.metadata = own_of(header.metadata);
  return checkpoint;
}

Checkpoint load_checkpoint(const fs::path& file) { return load_checkpoint_at(file); }

LoadedCheckpoint load_newest(const fs::path& folder) { return load_newest(Folder(folder)); }

LoadedCheckpoint load_newest(const Folder& folder) {
  // A run that is at work in the folder may prune a file between the listing and its opening: then
  // there is a newer one.
  for (int again = 10; again >= 0; --again) {
    if (auto loaded = newest_valid(folder, again == 0)) return *std::move(loaded);
  }
  throw no_valid(folder.path(), {});
}

fs::path find_checkpoint(const fs::path& run_or_file) {
  std::error_code error;
  const fs::file_status status = fs::status(run_or_file, error);
  if (!fs::exists(status)) {
    throw io_error("cannot find a checkpoint", run_or_file, error ? error.value() : ENOENT);
  }
  if (!fs::is_directory(status)) return run_or_file;
  const fs::path inside = run_or_file / "checkpoints";
  if (fs::is_directory(inside, error)) return inside;
  if (!list_checkpoints(run_or_file).empty()) return run_or_file;
  throw Error(ErrorCode::bad_data,
              {"no checkpoint in the folder", run_or_file.string(), "",
               "a checkpoint file, a run's folder, or a folder of epoch-*.safetensors", ""});
}

LoadedCheckpoint load_run_or_file(const fs::path& run_or_file) {
  const fs::path place = find_checkpoint(run_or_file);
  std::error_code ignored;
  if (fs::is_directory(place, ignored)) return load_newest(place);
  return {load_checkpoint(place), place, {}};
}

}  // namespace vgan
