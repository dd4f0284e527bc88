// SPDX-License-Identifier: BSD-3-Clause
// One worker's connections: an array of fixed size, made of buckets of one cache line (IPv6: two).
//
// A key has two buckets. It lives in its primary one as long as there is room, so that looking it
// up costs one cache miss; then in the secondary one; then connections in both are moved to their
// other bucket; then one is evicted (lib/flow/eviction.h).
//
// Only one thread uses a table. A pointer to an entry is good until the next insert, sweep or
// erase, or find of an expired key. Every connection that goes without erase() is handed once
// to the `on_removed` of the call that noticed, as `void(const Entry&, Removal)`; it must
// not call the table.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/flow/connection_bucket.h"
#include "lib/flow/connection_hash.h"
#include "lib/flow/eviction.h"

namespace drover::flow {

template <class EntryType>
class ConnectionTable {
 public:
  using Entry = EntryType;
  using Key = typename Entry::Key;
  using Bucket = ConnectionBucket<Entry>;

  // Memory for this many connections at the planned load, which is half of the slots: 32 bytes a
  // connection (IPv6: 64).
  static constexpr std::size_t bytes_for(std::uint64_t capacity) {
    return std::max<std::uint64_t>(2, (capacity + 1) / 2) * sizeof(Bucket);
  }

  static constexpr std::uint64_t capacity_of(std::size_t bytes) {
    return bytes / sizeof(Bucket) * Bucket::slots / 2;
  }

  // Of bytes_for() bytes, zeroed and aligned to alignof(Bucket); outlives the table.
  ConnectionTable(std::span<std::byte> memory, HashSeed seed)
      : buckets_(reinterpret_cast<Bucket*>(memory.data()), memory.size() / sizeof(Bucket)),
        seed_(seed) {
    assert(reinterpret_cast<std::uintptr_t>(memory.data()) % alignof(Bucket) == 0);
    assert(buckets_.size() >= 2 && buckets_.size() <= UINT32_MAX);
  }

  const HashSeed& seed() const { return seed_; }
  std::uint64_t hash(const Key& key) const { return flow::hash(key, seed_); }
  void prefetch(std::uint64_t hash) const { buckets_[primary(hash)].prefetch(); }

  // The live connection of this key, or null.
  template <class OnRemoved>
  Entry* find(const Key& key, std::uint64_t hash, Tick now, OnRemoved&& on_removed) {
    const auto packed = key.packed();
    Bucket& first = buckets_[primary(hash)];
    Entry* entry = first.find(packed, key.vip);
    if (entry == nullptr) {
      if (!first.overflowed()) [[likely]]
        return nullptr;
      entry = buckets_[secondary(hash)].find(packed, key.vip);
      if (entry == nullptr) return nullptr;
    }
    if (expired(entry->expires(), now)) [[unlikely]] {
      remove(*entry, hash, Removal::expired, on_removed);
      return nullptr;
    }
    return entry;
  }

  // The same, and changes nothing.
  const Entry* peek(const Key& key, std::uint64_t hash, Tick now) const {
    const auto packed = key.packed();
    Bucket& first = buckets_[primary(hash)];
    const Entry* entry = first.find(packed, key.vip);
    if (entry == nullptr && first.overflowed())
      entry = buckets_[secondary(hash)].find(packed, key.vip);
    return entry == nullptr || expired(entry->expires(), now) ? nullptr : entry;
  }

  // Likely places in primary buckets by the upper halves of hashes; until the table moves.
  class Homes {
   public:
    Homes(Bucket* buckets, std::uint64_t count) : buckets_(buckets), count_(count) {}
    Entry* operator[](std::uint64_t upper_half) const {
      return buckets_[upper_half * count_ >> 32U].likely_place(upper_half);
    }

   private:
    Bucket* buckets_;
    std::uint64_t count_;
  };
  Homes homes() const { return {buckets_.data(), buckets_.size()}; }
  Bucket& secondary_bucket(std::uint64_t hash) const { return buckets_[secondary(hash)]; }

  // The connection, live or expired, whose key has this hash; null: there is none.
  Entry* find_by_hash(std::uint64_t hash) {
    for (Bucket* bucket : {&buckets_[primary(hash)], &buckets_[secondary(hash)]})
      for (Entry& entry : bucket->entries())
        if (!entry.empty() && this->hash(entry.key()) == hash) return &entry;
    return nullptr;
  }

  // Of a key that find() has just not found; `hash` is that of its key. Null: no room.
  template <class OnRemoved>
  Entry* insert(const Entry& entry, std::uint64_t hash, Tick now, OnRemoved&& on_removed) {
    assert(!entry.empty());
    Bucket* bucket = &buckets_[primary(hash)];
    Entry* slot = bucket->find_room(now, bucket->likely_place(hash >> 32U));
    if (slot == nullptr) slot = make_room(hash, now, on_removed);
    if (slot == nullptr) return nullptr;
    if (!slot->empty()) remove(*slot, this->hash(slot->key()), Removal::expired, on_removed);
    place(*slot, entry, hash);
    ++size_;
    return slot;
  }

  // The owner's own removal; tells nobody.
  void erase(Entry* entry) { take_out(*entry, hash(entry->key())); }

  // Removes what has expired from the next `buckets` buckets; goes round the table for ever.
  template <class OnRemoved>
  void sweep(Tick now, std::size_t buckets, OnRemoved&& on_removed) {
    for (buckets = std::min(buckets, buckets_.size()); buckets > 0; --buckets) {
      for (Entry& entry : buckets_[sweep_cursor_].entries())
        if (!entry.empty() && expired(entry.expires(), now))
          remove(entry, hash(entry.key()), Removal::expired, on_removed);
      sweep_cursor_ = sweep_cursor_ + 1 == buckets_.size() ? 0 : sweep_cursor_ + 1;
    }
  }

  // Calls `on_entry(Entry&)` for what lies in `buckets` buckets from `from` on, also if expired; it
  // may erase that entry. Returns where to go on; bucket_count() at the end. A connection that
  // an insert moves between two calls may be missed or met twice.
  template <class OnEntry>
  std::size_t walk(std::size_t from, std::size_t buckets, OnEntry&& on_entry) {
    const std::size_t end = from + std::min(buckets, buckets_.size() - from);
    for (; from < end; ++from)
      for (Entry& entry : buckets_[from].entries())
        if (!entry.empty()) on_entry(entry);
    return end;
  }

  // Goes on in other memory, as for the constructor and larger; that until now is free then.
  template <class OnRemoved>
  void move_to(std::span<std::byte> memory, Tick now, OnRemoved&& on_removed) {
    ConnectionTable larger(memory, seed_);
    for (Bucket& bucket : buckets_)
      for (const Entry& entry : bucket.entries()) {
        if (entry.empty()) continue;
        if (expired(entry.expires(), now))
          on_removed(entry, Removal::expired);
        else if (larger.insert(entry, hash(entry.key()), now, on_removed) == nullptr)
          on_removed(entry, Removal::evicted_tentative);
      }
    *this = larger;
  }

  std::size_t bucket_count() const { return buckets_.size(); }
  std::size_t capacity() const {
    return capacity_of(buckets_.size_bytes());
  }                                           // planned; twice that fits
  std::size_t size() const { return size_; }  // expired ones not yet noticed included

 private:
  std::size_t slot_count() const { return buckets_.size() * Bucket::slots; }
  // Beyond this fill it no longer pays to look for another bucket with room.
  bool crowded() const { return size_ >= slot_count() - slot_count() / 16; }

  std::size_t scale(std::uint64_t half) const { return half * buckets_.size() >> 32U; }
  std::size_t primary(std::uint64_t hash) const { return scale(hash >> 32U); }
  // Never the primary one.
  std::size_t secondary(std::uint64_t hash) const {
    const std::size_t index = scale(hash & UINT32_MAX);
    if (index != primary(hash)) return index;
    return index + 1 == buckets_.size() ? 0 : index + 1;
  }
  std::size_t bucket_of(const Entry& entry) const {
    return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&entry) -
                                    reinterpret_cast<const std::byte*>(buckets_.data())) /
           sizeof(Bucket);
  }

  void place(Entry& slot, const Entry& entry, std::uint64_t hash) {
    slot.assign(entry);
    if (bucket_of(slot) != primary(hash)) buckets_[primary(hash)].add_away();
  }
  void clear(Entry& slot, std::uint64_t hash) {
    if (bucket_of(slot) != primary(hash)) buckets_[primary(hash)].remove_away();
    slot.clear();
  }
  void take_out(Entry& slot, std::uint64_t hash) {
    clear(slot, hash);
    --size_;
  }
  template <class OnRemoved>
  void remove(Entry& slot, std::uint64_t hash, Removal reason, OnRemoved&& on_removed) {
    const Entry removed = slot;
    take_out(slot, hash);
    on_removed(removed, reason);
  }

  // A slot for a key whose primary bucket is full: empty, or of an expired connection.
  template <class OnRemoved>
  Entry* make_room(std::uint64_t hash, Tick now, OnRemoved&& on_removed) {
    Bucket& first = buckets_[primary(hash)];
    Bucket& second = buckets_[secondary(hash)];
    const std::array both{&first, &second};
    const std::span<Bucket* const> choice(both.data(), first.may_send_away() ? 2 : 1);
    if (choice.size() == 2)
      if (Entry* slot = second.find_room(now)) return slot;
    if (!crowded())
      for (const int hops : {1, 2})
        for (Bucket* bucket : choice)
          if (Entry* slot = move_one(*bucket, hops, now, on_removed)) return slot;
    return evict(choice, now, on_removed);
  }

  // Moves a connection of a full bucket to its other one, and returns the slot it left. With two
  // hops that other one may be full, too, but of its connections one can move.
  template <class OnRemoved>
  Entry* move_one(Bucket& bucket, int hops, Tick now, OnRemoved&& on_removed) {
    for (Entry& entry : bucket.entries()) {
      const std::uint64_t entry_hash = hash(entry.key());
      const bool at_home = bucket_of(entry) == primary(entry_hash);
      if (at_home && !bucket.may_send_away()) continue;
      Bucket& other = buckets_[at_home ? secondary(entry_hash) : primary(entry_hash)];
      Entry* room = other.find_room(now);
      if (room == nullptr && hops > 1) room = move_one(other, hops - 1, now, on_removed);
      if (room == nullptr) continue;
      if (!room->empty()) remove(*room, hash(room->key()), Removal::expired, on_removed);
      const Entry moved = entry;
      clear(entry, entry_hash);
      place(*room, moved, entry_hash);
      return &entry;
    }
    return nullptr;
  }

  template <class OnRemoved>
  Entry* evict(std::span<Bucket* const> buckets, Tick now, OnRemoved&& on_removed) {
    Entry* victim = nullptr;
    Eviction least;
    for (Bucket* bucket : buckets)
      for (Entry& entry : bucket->entries())
        if (const Eviction its = eviction(entry, now); its.rank < least.rank) {
          least = its;
          victim = &entry;
        }
    if (victim != nullptr) remove(*victim, hash(victim->key()), least.reason, on_removed);
    return victim;
  }

  std::span<Bucket> buckets_;
  HashSeed seed_;
  std::size_t size_ = 0;
  std::size_t sweep_cursor_ = 0;
};

using ConnectionTableV4 = ConnectionTable<ConnectionV4>;
using ConnectionTableV6 = ConnectionTable<ConnectionV6>;

}  // namespace drover::flow
