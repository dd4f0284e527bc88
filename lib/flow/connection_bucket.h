// SPDX-License-Identifier: BSD-3-Clause
// Four connections on one cache line (IPv6: two), and how many connections whose first choice this
// bucket is had to live elsewhere. While that count is 0, who does not find a key here need not
// look further.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>

#include "lib/flow/connection.h"

namespace drover::flow {

template <class Entry>
class alignas(4 * sizeof(Entry)) ConnectionBucket {
 public:
  static constexpr std::size_t slots = 4;

  // For a change of it. (GCC 12 leaves out what is not put in line: it sees no effect.)
  [[gnu::always_inline]] void prefetch() const {
    for (std::size_t offset = 0; offset < sizeof(ConnectionBucket); offset += 64)
      __builtin_prefetch(reinterpret_cast<const std::byte*>(this) + offset, 1);
  }

  // All four are compared before any branch: which slot it is would be mispredicted half the time.
  // Of several VIPs a client rarely uses the same port twice: the VIP is compared last.
  Entry* find(const typename Entry::Key::Packed& key, VipId vip) {
    for (unsigned matches = slots_of(key); matches != 0; matches &= matches - 1) {
      Entry& entry = entries_[static_cast<unsigned>(std::countr_zero(matches))];
      if (entry.is_for(vip)) [[likely]]
        return &entry;
    }
    return nullptr;
  }

  // One whose key has these parts, or null; its VIP may be another one's, and it may have expired.
  Entry* find_packed(const typename Entry::Key::Packed& key) {
    if constexpr (sizeof(Entry) == 2 * sizeof(std::uint64_t)) {
      // Which slot it is would be mispredicted: no branch but the last.
      std::size_t slot = 0;
      for (std::size_t i = 1; i < slots; ++i) {
        std::size_t other = i * sizeof(Entry);
        asm("" : "+r"(other));  // or the compiler makes branches
        slot = entries_[i].is_of(key) ? other : slot;
      }
      auto* const found =
          reinterpret_cast<Entry*>(reinterpret_cast<std::byte*>(entries_.data()) + slot);
      return found->is_of(key) ? found : nullptr;
    } else {
      const unsigned matches = slots_of(key);
      return matches == 0 ? nullptr : &entries_[static_cast<unsigned>(std::countr_zero(matches))];
    }
  }

  // An empty slot, else one whose connection has expired. How full a bucket is nobody can predict,
  // so there is no branch for each slot.
  Entry* find_room(Tick now) {
    if (const unsigned empty = slots_where([](const Entry& entry) { return entry.empty(); });
        empty != 0) [[likely]]
      return &entries_[static_cast<unsigned>(std::countr_zero(empty))];
    const unsigned over =
        slots_where([now](const Entry& entry) { return expired(entry.expires(), now); });
    return over == 0 ? nullptr : &entries_[static_cast<unsigned>(std::countr_zero(over))];
  }

  // At the planned load one bucket in 10^13 would send more away.
  static constexpr unsigned most_away = 15;
  bool overflowed() const { return away() != 0; }
  bool may_send_away() const { return away() != most_away; }
  void add_away() { set_away(away() + 1); }
  void remove_away() { set_away(away() - 1); }
  // One bit of it in each slot.
  unsigned away() const {
    return slots_where([](const Entry& entry) { return entry.slot_bit(); });
  }

  std::array<Entry, slots>& entries() { return entries_; }

 private:
  template <class Test>
  unsigned slots_where(Test test) const {
    unsigned those = 0;
    for (unsigned i = 0; i < slots; ++i) those |= unsigned{test(entries_[i])} << i;
    return those;
  }
  // A bit for each slot whose key has these parts.
  unsigned slots_of(const typename Entry::Key::Packed& key) const {
    if constexpr (sizeof(Entry) == 2 * sizeof(std::uint64_t)) {
      // By vectors: an entry begins with its key.
      using Pair [[gnu::vector_size(16)]] = std::uint64_t;
      using Bits [[gnu::vector_size(16)]] = std::int64_t;
      const auto* const entries = reinterpret_cast<const Pair*>(entries_.data());
      const Pair wanted{key[0], key[0]};
      const Bits lower = __builtin_shufflevector(entries[0], entries[1], 0, 2) == wanted;
      const Bits upper = __builtin_shufflevector(entries[2], entries[3], 0, 2) == wanted;
      const Bits matches = (lower & Bits{1, 2}) | (upper & Bits{4, 8});
      return static_cast<unsigned>(matches[0] | matches[1]);
    } else {
      return slots_where([&key](const Entry& entry) { return entry.is_of(key); });
    }
  }
  void set_away(unsigned count) {
    assert(count <= most_away);
    for (unsigned i = 0; i < slots; ++i) entries_[i].set_slot_bit((count >> i & 1) != 0);
  }

  std::array<Entry, slots> entries_;
};

static_assert(sizeof(ConnectionBucket<ConnectionV4>) == 64);
static_assert(sizeof(ConnectionBucket<ConnectionV6>) == 128);

}  // namespace drover::flow
