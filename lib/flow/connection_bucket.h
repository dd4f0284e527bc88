// SPDX-License-Identifier: BSD-3-Clause
// Four connections on one cache line (IPv6: two), and how many connections whose first choice this
// bucket is had to live elsewhere. While that count is 0, who does not find a key here need not
// look further.
#pragma once

#include <array>
#include <bit>
#include <cassert>
#include <cstddef>

#include "lib/flow/connection.h"

namespace drover::flow {

template <class Entry>
class alignas(4 * sizeof(Entry)) ConnectionBucket {
 public:
  static constexpr std::size_t slots = 4;

  // All four are compared before any branch: which slot it is would be mispredicted half the time.
  Entry* find(const typename Entry::Key::Packed& key, VipId vip) {
    unsigned matches = 0;
    for (unsigned i = 0; i < slots; ++i) matches |= unsigned{entries_[i].has_key(key, vip)} << i;
    return matches == 0 ? nullptr : &entries_[static_cast<unsigned>(std::countr_zero(matches))];
  }

  // An empty slot, else one whose connection has expired.
  Entry* find_room(Tick now) {
    Entry* room = nullptr;
    for (Entry& entry : entries_) {
      if (entry.empty()) return &entry;
      if (expired(entry.expires(), now)) room = &entry;
    }
    return room;
  }

  static constexpr unsigned most_away = 8;
  bool overflowed() const { return entries_[0].slot_bit(); }
  bool may_send_away() const { return away() < most_away; }
  void add_away() { set_away(away() + 1); }
  void remove_away() { set_away(away() - 1); }
  unsigned away() const {
    if (!overflowed()) return 0;
    unsigned count = 1;
    for (unsigned bit = 0; bit < 3; ++bit) count += unsigned{entries_[bit + 1].slot_bit()} << bit;
    return count;
  }

  std::array<Entry, slots>& entries() { return entries_; }

 private:
  // Slot 0 says whether it is above 0, slots 1 to 3 hold the count less one.
  void set_away(unsigned count) {
    assert(count <= most_away);
    entries_[0].set_slot_bit(count != 0);
    const unsigned rest = count == 0 ? 0 : count - 1;
    for (unsigned bit = 0; bit < 3; ++bit) entries_[bit + 1].set_slot_bit((rest >> bit & 1) != 0);
  }

  std::array<Entry, slots> entries_;
};

static_assert(sizeof(ConnectionBucket<ConnectionV4>) == 64);
static_assert(sizeof(ConnectionBucket<ConnectionV6>) == 128);

}  // namespace drover::flow
