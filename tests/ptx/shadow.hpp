// Who touched memory last, and whether two accesses are ordered by anything.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>

namespace ptx {

/// A thread, and between which barriers of its block and its warp it is.
struct Moment {
  std::uint64_t bits = 0;  ///< block 22, thread 10, barriers of the block 20, of the warp 12

  static constexpr std::uint32_t most_block_barriers = (1U << 20) - 1;
  static constexpr std::uint32_t most_warp_barriers = (1U << 12) - 1;
  static Moment of(std::uint32_t block, std::uint32_t thread, std::uint32_t block_epoch,
                   std::uint32_t warp_epoch) {
    return {std::uint64_t{block} << 42 | std::uint64_t{thread} << 32 |
            std::uint64_t{block_epoch} << 12 | warp_epoch};
  }
  bool is_none() const { return bits == 0; }
  std::uint32_t block() const { return static_cast<std::uint32_t>(bits >> 42); }
  std::uint32_t thread() const { return static_cast<std::uint32_t>(bits >> 32) & 0x3FFU; }
};

/// How far apart two threads are whose accesses nothing orders.
enum class Conflict : std::uint8_t { none, lanes, warps, blocks };
Conflict conflict(Moment old, Moment now);

/// Two bytes of memory: their last writer, and a reader since.
struct Cell {
  Moment write;
  Moment read;
  std::uint32_t launch = 0;
  std::uint8_t written_bytes = 0;  ///< bit b: byte b
  std::uint8_t read_bytes = 0;
  /// How far apart the readers since the last write are that nothing orders.
  Conflict readers = Conflict::none;
};
constexpr std::uint64_t cell_bytes = 2;

// They note an access to `bytes` (a mask) of a cell. `other` is whom it races with, if the result
// is not none. What another launch did is forgotten.
Conflict note_later_read(Cell& cell, std::uint8_t bytes, Moment now, Moment& other);
Conflict note_later_write(Cell& cell, std::uint8_t bytes, Moment now, Moment& other);
inline Conflict note_read(Cell& cell, std::uint8_t bytes, Moment now, std::uint32_t launch,
                          Moment& other) {
  if (cell.launch == launch) return note_later_read(cell, bytes, now, other);
  cell = {{}, now, launch, 0, bytes, Conflict::none};
  return Conflict::none;
}
inline Conflict note_write(Cell& cell, std::uint8_t bytes, Moment now, std::uint32_t launch,
                           Moment& other) {
  if (cell.launch == launch) return note_later_write(cell, bytes, now, other);
  cell = {now, {}, launch, bytes, 0, Conflict::none};
  return Conflict::none;
}

/// Cells of global memory, made as they are touched.
class Shadow {
 public:
  /// A launch begins: what earlier ones did is forgotten where it takes much memory.
  void begin_launch();
  /// The cell of an address, and those after it up to a multiple of 4 KiB.
  Cell* cells(std::uint64_t address) {
    const std::uint64_t number = address / page_bytes;
    if (number != recent_number_) open(number);
    return recent_->data() + address % page_bytes / cell_bytes;
  }

 private:
  void open(std::uint64_t number);

  static constexpr std::size_t most_pages = 2048;  // 100 MB
  static constexpr std::uint64_t page_bytes = 4096;
  using Page = std::array<Cell, page_bytes / cell_bytes>;
  std::unordered_map<std::uint64_t, std::unique_ptr<Page>> pages_;
  std::uint64_t recent_number_ = ~std::uint64_t{0};
  Page* recent_ = nullptr;
};

}  // namespace ptx
