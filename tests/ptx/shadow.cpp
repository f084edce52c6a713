#include "tests/ptx/shadow.hpp"

#include <algorithm>

namespace ptx {

namespace {

/// Whether readers that nothing orders among themselves include one that `now` is not ordered with,
/// though it is with the latest.
bool has_unordered_reader(const Cell& cell, Moment now) {
  const std::uint64_t apart = cell.read.bits ^ now.bits;
  switch (cell.readers) {
    case Conflict::none: return false;
    case Conflict::lanes: return apart >> 37 == 0 && (apart & 0xFFFFFFFFU) == 0;
    case Conflict::warps: return apart >> 42 == 0 && (apart & 0xFFFFF000U) == 0;
    case Conflict::blocks: return true;
  }
  return true;
}

}  // namespace

Conflict conflict(Moment old, Moment now) {
  if (old.is_none()) return Conflict::none;
  const std::uint64_t apart = old.bits ^ now.bits;
  if (apart >> 42 != 0) return Conflict::blocks;
  if ((apart >> 32 & 0x3FFU) == 0) return Conflict::none;  // the same thread
  if ((apart & 0xFFFFF000U) != 0) return Conflict::none;   // a barrier of the block between them
  if ((apart >> 37 & 0x1FU) != 0) return Conflict::warps;
  return (apart & 0xFFFU) != 0 ? Conflict::none : Conflict::lanes;
}

Conflict note_later_read(Cell& cell, std::uint8_t bytes, Moment now, Moment& other) {
  if ((cell.written_bytes & bytes) != 0) {
    const Conflict found = conflict(cell.write, now);
    other = cell.write;
    if (found != Conflict::none) return found;
  }
  const Conflict readers = conflict(cell.read, now);
  if (readers != Conflict::none) {
    cell.readers = std::max(cell.readers, readers);
    cell.read_bytes |= bytes;
  } else if (cell.readers != Conflict::blocks && !has_unordered_reader(cell, now)) {
    cell.readers = Conflict::none;
    cell.read_bytes = cell.read.bits == now.bits ? cell.read_bytes | bytes : bytes;
  } else {
    cell.read_bytes |= bytes;
  }
  cell.read = now;
  return Conflict::none;
}

Conflict note_later_write(Cell& cell, std::uint8_t bytes, Moment now, Moment& other) {
  if ((cell.written_bytes & bytes) != 0) {
    const Conflict found = conflict(cell.write, now);
    other = cell.write;
    if (found != Conflict::none) return found;
  }
  if ((cell.read_bytes & bytes) != 0) {
    other = cell.read;
    const Conflict found = conflict(cell.read, now);
    if (found != Conflict::none) return found;
    if (has_unordered_reader(cell, now)) return cell.readers;
  }
  cell.written_bytes = cell.write.bits == now.bits ? cell.written_bytes | bytes : bytes;
  cell.write = now;
  if ((cell.read_bytes & ~bytes) == 0) {
    cell.read = {};
    cell.read_bytes = 0;
    cell.readers = Conflict::none;
  }
  return Conflict::none;
}

void Shadow::begin_launch() {
  if (pages_.size() < most_pages) return;
  pages_.clear();
  recent_number_ = ~std::uint64_t{0};
}

void Shadow::open(std::uint64_t number) {
  std::unique_ptr<Page>& page = pages_[number];
  if (page == nullptr) page = std::make_unique<Page>();
  recent_ = page.get();
  recent_number_ = number;
}

}  // namespace ptx
