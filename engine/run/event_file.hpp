// TensorBoard's event files: scalars and pictures over epochs.
//
// Records are TFRecord's (tensorflow/core/lib/io/record_writer.h): the length as u64, its masked
// CRC-32C, the bytes, their masked CRC-32C, all little-endian. The bytes are protobuf messages; the
// numbers of the fields are those of tensorflow/core/util/event.proto and
// tensorflow/core/framework/summary.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/files/folder.hpp"

namespace vgan {

/// CRC-32C (Castagnoli, reflected polynomial 0x82F63B78; RFC 3720, B.4).
std::uint32_t crc32c(std::string_view bytes);
/// ((c >> 15) | (c << 17)) + 0xA282EAD8 of a CRC-32C c, as records have it.
std::uint32_t masked_crc32c(std::string_view bytes);
/// One record around `bytes`.
std::string tf_record(std::string_view bytes);

/// One file of events in a folder, which its reader finds beside those of earlier starts.
class EventFile {
 public:
  /// Makes "events.out.tfevents.SECONDS.vgan" in `folder`, or with a number behind it where that
  /// is there. What earlier files say of epochs after `epoch` is void. Throws io.
  EventFile(const Folder& folder, std::uint64_t epoch);

  using Scalars = std::vector<std::pair<std::string, double>>;
  /// Values by their tags, "loss/d_loss", as one event. Throws io.
  void add_scalars(std::uint64_t epoch, const Scalars& scalars);
  /// The bytes of a PNG file, gray or RGB, as they are. Throws io, and internal for others.
  void add_picture(std::uint64_t epoch, const std::string& tag, std::string_view png);
  /// Throws io.
  void flush();

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  /// `fields` are those of an Event but its time and its step.
  void write(std::uint64_t epoch, const std::string& fields);

  std::filesystem::path path_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace vgan
