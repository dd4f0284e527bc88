// SPDX-License-Identifier: BSD-3-Clause
// A count that one thread writes and any thread reads: a relaxed load and store, never a locked
// instruction. 64 bits, so that it does not wrap.
#pragma once

#include <atomic>
#include <cstdint>

namespace drover {

class Counter {
 public:
  // The one writer only.
  void add(std::uint64_t amount) {
    value_.store(value_.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
  }
  void subtract(std::uint64_t amount) {
    value_.store(value_.load(std::memory_order_relaxed) - amount, std::memory_order_relaxed);
  }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  // Any thread.
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace drover
