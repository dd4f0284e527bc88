// SPDX-License-Identifier: BSD-3-Clause
// A bounded queue of records of any length from one thread to one other. Neither ever waits. A
// record is contiguous, and may be changed until it is committed.
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

namespace drover::datapath {

class RecordRing {
 public:
  // In bytes, rounded up to a power of two. Each record takes 8 to 15 more than its length.
  explicit RecordRing(std::size_t capacity) : memory_(std::bit_ceil(capacity)) {}
  RecordRing(const RecordRing&) = delete;
  RecordRing& operator=(const RecordRing&) = delete;

  // The writer's: room for a record, aligned to 8 bytes; null: there is none.
  std::byte* reserve(std::size_t length) {
    const std::uint64_t size = header_size + aligned(length);
    const std::uint64_t to_end = memory_.size() - offset(written_);
    const std::uint64_t skipped = to_end < size ? to_end : 0;
    if (written_ + skipped + size - read_.load(std::memory_order_acquire) > memory_.size())
      return nullptr;
    if (skipped > 0) put_header(skip_mark);
    written_ += skipped;
    put_header(length);
    std::byte* record = &memory_[offset(written_) + header_size];
    written_ += size;
    return record;
  }
  // Shows the reader all that was reserved. True: there was something.
  bool commit() {
    if (committed_.load(std::memory_order_relaxed) == written_) return false;
    committed_.store(written_, std::memory_order_release);
    return true;
  }

  // The reader's: the oldest record, valid until pop(); empty: there is none.
  std::span<const std::byte> front() {
    std::uint64_t at = read_.load(std::memory_order_relaxed);
    if (at == committed_.load(std::memory_order_acquire)) return {};
    std::uint64_t length = header(at);
    if (length == skip_mark) {
      at += memory_.size() - offset(at);
      read_.store(at, std::memory_order_release);
      length = header(at);
    }
    return {&memory_[offset(at) + header_size], length};
  }
  // After a front() that was not empty.
  void pop() {
    const std::uint64_t at = read_.load(std::memory_order_relaxed);
    read_.store(at + header_size + aligned(header(at)), std::memory_order_release);
  }

 private:
  static constexpr std::uint64_t header_size = 8;
  static constexpr std::uint64_t skip_mark = UINT64_MAX;  // the rest up to the end is not used

  static constexpr std::uint64_t aligned(std::uint64_t length) { return (length + 7) & ~7ULL; }
  std::size_t offset(std::uint64_t position) const { return position & (memory_.size() - 1); }
  void put_header(std::uint64_t value) {
    std::memcpy(&memory_[offset(written_)], &value, sizeof value);
  }
  std::uint64_t header(std::uint64_t position) const {
    std::uint64_t value = 0;
    std::memcpy(&value, &memory_[offset(position)], sizeof value);
    return value;
  }

  std::vector<std::byte> memory_;
  std::uint64_t written_ = 0;  // positions count on and on
  alignas(64) std::atomic<std::uint64_t> committed_{0};
  alignas(64) std::atomic<std::uint64_t> read_{0};
};

}  // namespace drover::datapath
