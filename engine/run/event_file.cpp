#include "engine/run/event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "engine/base/check.hpp"
#include "engine/base/error.hpp"
#include "engine/files/posix_file.hpp"

namespace vgan {
namespace {

// Numbers of fields, and how protobuf writes them
// (https://protobuf.dev/programming-guides/encoding).
enum WireType : std::uint64_t {
  varint_type = 0,
  fixed64_type = 1,
  bytes_type = 2,
  fixed32_type = 5
};
namespace event {
constexpr std::uint64_t wall_time = 1, step = 2, file_version = 3, summary = 5, session_log = 7;
}
namespace session {
constexpr std::uint64_t status = 1, start = 1;  // SessionLog.status, and SessionStatus START
}
namespace summary {
constexpr std::uint64_t value = 1;
}
namespace value {
constexpr std::uint64_t tag = 1, simple_value = 2, image = 4;
}
namespace image {
constexpr std::uint64_t height = 1, width = 2, colorspace = 3, encoded_image_string = 4;
constexpr std::uint64_t gray = 1, rgb = 3;  // numbers of channels
}  // namespace image

template <class Word>
void put_little(std::string& text, Word word) {
  for (std::size_t i = 0; i < sizeof(word); ++i) {
    text.push_back(static_cast<char>((word >> (8 * i)) & 0xFFU));
  }
}

void put_varint(std::string& text, std::uint64_t number) {
  for (; number >= 0x80U; number >>= 7U) text.push_back(static_cast<char>(number | 0x80U));
  text.push_back(static_cast<char>(number));
}

void put_key(std::string& text, std::uint64_t field, WireType type) {
  put_varint(text, field << 3U | type);
}

void put_number(std::string& text, std::uint64_t field, std::uint64_t number) {
  put_key(text, field, varint_type);
  put_varint(text, number);
}

void put_float(std::string& text, std::uint64_t field, float number) {
  put_key(text, field, fixed32_type);
  put_little(text, std::bit_cast<std::uint32_t>(number));
}

void put_double(std::string& text, std::uint64_t field, double number) {
  put_key(text, field, fixed64_type);
  put_little(text, std::bit_cast<std::uint64_t>(number));
}

void put_bytes(std::string& text, std::uint64_t field, std::string_view bytes) {
  put_key(text, field, bytes_type);
  put_varint(text, bytes.size());
  text += bytes;
}

std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t word = i;
    for (int bit = 0; bit < 8; ++bit) word = (word >> 1U) ^ ((word & 1U) * 0x82F63B78U);
    table[i] = word;
  }
  return table;
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

[[noreturn]] void refuse_io(const std::filesystem::path& file) {
  throw io_error("cannot write TensorBoard's events", file, errno);
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  static const std::array<std::uint32_t, 256> table = make_crc_table();
  std::uint32_t sum = ~std::uint32_t{0};
  for (const char byte : bytes) {
    sum = (sum >> 8U) ^ table[(sum ^ static_cast<unsigned char>(byte)) & 0xFFU];
  }
  return ~sum;
}

std::uint32_t masked_crc32c(std::string_view bytes) {
  const std::uint32_t sum = crc32c(bytes);
  return ((sum >> 15U) | (sum << 17U)) + 0xA282EAD8U;
}

std::string tf_record(std::string_view bytes) {
  std::string length;
  put_little(length, static_cast<std::uint64_t>(bytes.size()));
  std::string record = length;
  put_little(record, masked_crc32c(length));
  record += bytes;
  put_little(record, masked_crc32c(bytes));
  return record;
}

EventFile::EventFile(const Folder& folder, std::uint64_t epoch) {
  const bool first = folder.names().empty();
  const std::string base =
      "events.out.tfevents." + std::to_string(static_cast<std::uint64_t>(now())) + ".vgan";
  std::string name = base;
  for (int number = 2; folder.has(name); ++number) name = base + "." + std::to_string(number);
  path_ = folder.path() / name;
  FileDescriptor opened(uninterrupted([&] {
    return ::openat(folder.descriptor(), name.c_str(),
                    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  }));
  if (!opened) refuse_io(path_);
  file_.reset(::fdopen(opened.get(), "ab"));
  if (!file_) refuse_io(path_);
  opened.release();
  std::string version, log, start;
  put_bytes(version, event::file_version, "brain.Event:2");
  write(0, version);
  put_number(log, session::status, session::start);
  put_bytes(start, event::session_log, log);
  if (!first) write(epoch + 1, start);
  flush();
}

void EventFile::write(std::uint64_t epoch, const std::string& fields) {
  std::string bytes;
  put_double(bytes, event::wall_time, now());
  if (epoch > 0) put_number(bytes, event::step, epoch);
  const std::string record = tf_record(bytes + fields);
  if (std::fwrite(record.data(), 1, record.size(), file_.get()) != record.size()) refuse_io(path_);
}

void EventFile::add_scalars(std::uint64_t epoch, const Scalars& scalars) {
  std::string all;
  for (const auto& [name, number] : scalars) {
    std::string one;
    put_bytes(one, value::tag, name);
    put_float(one, value::simple_value, static_cast<float>(number));
    put_bytes(all, summary::value, one);
  }
  std::string fields;
  put_bytes(fields, event::summary, all);
  write(epoch, fields);
}

// A PNG begins with eight bytes of its own, then the chunk IHDR: its length and name, then width
// and height as big-endian words, bits and colour type (PNG specification, 11.2.1).
void EventFile::add_picture(std::uint64_t epoch, const std::string& tag, std::string_view png) {
  constexpr std::size_t width_at = 16, height_at = 20, colour_at = 25;
  require(png.size() > colour_at && png.substr(1, 3) == "PNG", "a picture for TensorBoard",
          "other bytes for " + tag, "a PNG file");
  const auto word = [&](std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = at; i < at + 4; ++i)
      number = number << 8U | static_cast<unsigned char>(png[i]);
    return number;
  };
  constexpr char rgb_type = 2;
  std::string picture, one, all, fields;
  put_number(picture, image::height, word(height_at));
  put_number(picture, image::width, word(width_at));
  put_number(picture, image::colorspace, png[colour_at] == rgb_type ? image::rgb : image::gray);
  put_bytes(picture, image::encoded_image_string, png);
  put_bytes(one, value::tag, tag);
  put_bytes(one, value::image, picture);
  put_bytes(all, summary::value, one);
  put_bytes(fields, event::summary, all);
  write(epoch, fields);
}

void EventFile::flush() {
  if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()) != 0) refuse_io(path_);
}

}  // namespace vgan
