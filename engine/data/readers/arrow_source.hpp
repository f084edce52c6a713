// What Arrow reads files with: the bytes of an open file, and memory up to what the machine has.
#pragma once

#include <arrow/api.h>
#include <arrow/io/interfaces.h>
#include <arrow/util/future.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>

#include "engine/base/error.hpp"
#include "engine/base/memory.hpp"
#include "engine/data/readers/raw_file.hpp"

namespace vgan {

/// Memory of the system up to what the machine has: what a damaged file promises is refused.
class LimitedPool final : public arrow::MemoryPool {
 public:
  /// The one that there is: a buffer may outlive the file that it is of.
  static LimitedPool& instance() {
    static LimitedPool pool;
    return pool;
  }

  arrow::Status Allocate(std::int64_t size, std::int64_t alignment, std::uint8_t** out) override {
    ARROW_RETURN_NOT_OK(require(size));
    return below_->Allocate(size, alignment, out);
  }
  arrow::Status Reallocate(std::int64_t old_size, std::int64_t new_size, std::int64_t alignment,
                           std::uint8_t** at) override {
    ARROW_RETURN_NOT_OK(require(new_size - old_size));
    return below_->Reallocate(old_size, new_size, alignment, at);
  }
  void Free(std::uint8_t* at, std::int64_t size, std::int64_t alignment) override {
    below_->Free(at, size, alignment);
  }
  std::int64_t bytes_allocated() const override { return below_->bytes_allocated(); }
  std::int64_t max_memory() const override { return below_->max_memory(); }
  std::int64_t total_bytes_allocated() const override { return below_->total_bytes_allocated(); }
  std::int64_t num_allocations() const override { return below_->num_allocations(); }
  std::string backend_name() const override { return below_->backend_name(); }

 private:
  arrow::Status require(std::int64_t more) const {
    const auto most = static_cast<std::int64_t>(machine_memory());
    if (more <= most - std::min(most, bytes_allocated())) return arrow::Status::OK();
    return arrow::Status::OutOfMemory("more than ", most, " bytes, which this machine has");
  }

  arrow::MemoryPool* below_ = arrow::system_memory_pool();
};

/// The bytes of the file, for Arrow: nothing is allocated for bytes that are not there.
class ArrowSource final : public arrow::io::RandomAccessFile {
 public:
  /// Both must outlive it.
  ArrowSource(const RawFile& file, arrow::MemoryPool& pool) : raw_(file), pool_(pool) {}

  arrow::Status Close() override {
    closed_ = true;
    return arrow::Status::OK();
  }
  bool closed() const override { return closed_; }
  arrow::Result<std::int64_t> Tell() const override { return at_; }
  arrow::Status Seek(std::int64_t position) override {
    at_ = position;
    return arrow::Status::OK();
  }
  arrow::Result<std::int64_t> GetSize() override { return static_cast<std::int64_t>(raw_.size()); }

  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t bytes,
                                     void* out) override {
    bytes = there(position, bytes);
    try {
      return static_cast<std::int64_t>(
          raw_.read_at(out, static_cast<std::size_t>(bytes), static_cast<std::uint64_t>(position)));
    } catch (const Error& error) {
      const std::lock_guard<std::mutex> lock(mutex_);
      failure_ = std::current_exception();
      return arrow::Status::IOError(error.what());
    }
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position,
                                                       std::int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(std::unique_ptr<arrow::ResizableBuffer> buffer,
                          arrow::AllocateResizableBuffer(there(position, bytes), &pool_));
    ARROW_ASSIGN_OR_RAISE(const std::int64_t got,
                          ReadAt(position, buffer->size(), buffer->mutable_data()));
    ARROW_RETURN_NOT_OK(buffer->Resize(got));
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
  arrow::Result<std::int64_t> Read(std::int64_t bytes, void* out) override {
    ARROW_ASSIGN_OR_RAISE(const std::int64_t got, ReadAt(at_, bytes, out));
    at_ += got;
    return got;
  }
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t bytes) override {
    ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, ReadAt(at_, bytes));
    at_ += buffer->size();
    return buffer;
  }

  // What Arrow reads ahead is read at once: nothing is at work when an Error leaves. Not every
  // version has the second of them.
  arrow::Future<std::shared_ptr<arrow::Buffer>> ReadAsync(const arrow::io::IOContext&,
                                                          std::int64_t position,
                                                          std::int64_t bytes) override {
    return arrow::Future<std::shared_ptr<arrow::Buffer>>::MakeFinished(ReadAt(position, bytes));
  }
  arrow::Future<std::shared_ptr<arrow::Buffer>> ReadAsync(const arrow::io::IOContext& context,
                                                          std::int64_t position, std::int64_t bytes,
                                                          bool) {
    return ReadAsync(context, position, bytes);
  }

  /// Throws what the system's refusal threw, which cannot pass through Arrow.
  void rethrow() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // How many of `bytes` the file has from `position` on.
  std::int64_t there(std::int64_t position, std::int64_t bytes) const {
    const auto size = static_cast<std::int64_t>(raw_.size());
    if (position < 0 || bytes < 0 || position >= size) return 0;
    return std::min(bytes, size - position);
  }

  const RawFile& raw_;
  arrow::MemoryPool& pool_;
  std::int64_t at_ = 0;
  bool closed_ = false;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

}  // namespace vgan
