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

  // Where to look first for what has this upper half of a hash: IPv6's connections lie on the one
  // or the other of a bucket's two lines, as long as there is room on it.
  Entry* likely_place(std::uint64_t upper_half) {
    return &entries_[lines == 1 ? 0 : upper_half % lines * slots_a_line];
  }
  // The bucket in which that is.
  static ConnectionBucket& around(Entry* place) {
    const auto address = reinterpret_cast<std::uintptr_t>(place);
    return *reinterpret_cast<ConnectionBucket*>(address & ~(sizeof(ConnectionBucket) - 1));
  }

  // For a change of it. (GCC 12 leaves out what is not put in line: it sees no effect.)
  [[gnu::always_inline]] void prefetch() const {
    for (std::size_t i = 0; i < slots; i += slots_a_line) __builtin_prefetch(&entries_[i], 1);
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
  // `place`: likely_place() of its hash.
  static Entry* find_packed(const typename Entry::Key::Packed& key, Entry* place) {
    Entry* found = find_on_line(key, place);
    if constexpr (lines > 1)
      if (found == nullptr) [[unlikely]]
        found = find_on_line(key, other_line(place));
    return found;
  }

  // An empty slot, the first from `place` on, else one whose connection has expired. How full a
  // bucket is nobody can predict, so there is no branch for each slot.
  Entry* find_room(Tick now, const Entry* place) {
    const unsigned empty = slots_where([](const Entry& entry) { return entry.empty(); });
    if (empty != 0) [[likely]] {
      const auto first = static_cast<unsigned>(place - entries_.data());
      const unsigned from_place = (empty | empty << slots) >> first;
      return &entries_[(first + static_cast<unsigned>(std::countr_zero(from_place))) % slots];
    }
    const unsigned over =
        slots_where([now](const Entry& entry) { return expired(entry.expires(), now); });
    return over == 0 ? nullptr : &entries_[static_cast<unsigned>(std::countr_zero(over))];
  }
  Entry* find_room(Tick now) { return find_room(now, entries_.data()); }

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
  static constexpr std::size_t line_size = 64;
  static constexpr std::size_t lines = slots * sizeof(Entry) / line_size;
  static constexpr std::size_t slots_a_line = slots / lines;

  static Entry* other_line(Entry* place) {
    return reinterpret_cast<Entry*>(reinterpret_cast<std::uintptr_t>(place) ^ line_size);
  }
  // Which slot it is would be mispredicted: no branch but the last.
  [[gnu::always_inline]] static Entry* find_on_line(const typename Entry::Key::Packed& key,
                                                    Entry* line) {
    std::size_t slot = 0;
    for (std::size_t i = 1; i < slots_a_line; ++i) {
      std::size_t other = i * sizeof(Entry);
      asm("" : "+r"(other));  // or the compiler makes branches
      slot = line[i].is_of(key) ? other : slot;
    }
    auto* const found = reinterpret_cast<Entry*>(reinterpret_cast<std::byte*>(line) + slot);
    return found->is_of(key) ? found : nullptr;
  }

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
