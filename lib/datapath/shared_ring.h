// SPDX-License-Identifier: BSD-3-Clause
// A bounded queue of small values that several threads push to and one pops from. None ever waits
// for another.
//
// Not an rte_ring: one with several producers lets each wait until those before it have written
// theirs, which takes as long as the kernel keeps one of them off its core. Here a producer that
// was interrupted holds up only what the consumer sees, never the other producers. Each slot tells
// whose turn it is (D. Vyukov's bounded queue, with one consumer).
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

namespace drover::datapath {

template <class T>
class SharedRing {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  // Holds at least `capacity` values.
  explicit SharedRing(unsigned capacity) : slots_(std::bit_ceil(capacity)) {
    for (std::uint32_t i = 0; i < slots_.size(); ++i) slots_[i].turn.store(i);
  }

  // Any thread. False when it is full.
  bool push(const T& value) {
    std::uint32_t at = next_push_.load(std::memory_order_relaxed);
    while (true) {
      Slot& slot = slot_of(at);
      const std::uint32_t turn = slot.turn.load(std::memory_order_acquire);
      if (turn == at) {
        if (!next_push_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) continue;
        slot.value = value;
        slot.turn.store(at + 1, std::memory_order_release);
        return true;
      }
      if (static_cast<std::int32_t>(turn - at) < 0) return false;  // not popped yet: a round behind
      at = next_push_.load(std::memory_order_relaxed);
    }
  }

  // The consumer. Returns how many were written to the front of `out`.
  unsigned pop_some(std::span<T> out) {
    unsigned count = 0;
    for (; count < out.size() && !empty(); ++count, ++next_pop_) {
      Slot& slot = slot_of(next_pop_);
      out[count] = slot.value;
      const auto round = static_cast<std::uint32_t>(slots_.size());
      slot.turn.store(next_pop_ + round, std::memory_order_release);
    }
    return count;
  }

  // The consumer.
  bool empty() const {
    return slot_of(next_pop_).turn.load(std::memory_order_acquire) != next_pop_ + 1;
  }

 private:
  struct Slot {
    // Equal to its own number plus a multiple of the size: free for the push of that number;
    // one more: holds that push's value.
    std::atomic<std::uint32_t> turn;
    T value;
  };
  static constexpr std::size_t cache_line = 64;

  Slot& slot_of(std::uint32_t number) { return slots_[number & (slots_.size() - 1)]; }
  const Slot& slot_of(std::uint32_t number) const { return slots_[number & (slots_.size() - 1)]; }

  std::vector<Slot> slots_;
  alignas(cache_line) std::atomic<std::uint32_t> next_push_ = 0;
  alignas(cache_line) std::uint32_t next_pop_ = 0;
};

}  // namespace drover::datapath
