// SPDX-License-Identifier: BSD-3-Clause
// A connection table with memory of its own, and keys by number.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

#include "lib/flow/connection_table.h"

namespace drover::flow {

// Differs from the key of every other number below 2^32; neighbours differ in few bits.
template <class Key>
Key key_of(std::uint64_t number) {
  Key key;
  const auto client = static_cast<std::uint32_t>(0xc6336400U + (number >> 14U));
  if constexpr (requires { Ipv4Address(client) == key.client; }) {
    key.client = Ipv4Address(client);
  } else {
    Ipv6Address::Bytes bytes{0x20, 0x01, 0x0d, 0xb8};
    for (unsigned i = 0; i < 4; ++i)
      bytes[12 + i] = static_cast<std::uint8_t>(client >> (24 - 8 * i));
    key.client = Ipv6Address(bytes);
  }
  key.client_port = static_cast<std::uint16_t>(1024 + (number & 0x3fffU));
  key.virtual_port = 80;
  key.vip = VipId(1);
  return key;
}

// For keys that shall differ in all bits: a bijection (MurmurHash3's finaliser).
inline std::uint32_t scrambled(std::uint32_t number) {
  number = (number ^ number >> 16U) * 0x85ebca6bU;
  number = (number ^ number >> 13U) * 0xc2b2ae35U;
  return number ^ number >> 16U;
}

template <class Entry>
class TestTable : public ConnectionTable<Entry> {
 public:
  using Table = ConnectionTable<Entry>;
  using Key = typename Entry::Key;

  explicit TestTable(std::uint64_t capacity) : TestTable(Table::bytes_for(capacity), Memory{}) {}

  bool memory_is_zero() const {
    return std::all_of(bytes().begin(), bytes().end(),
                       [](std::byte b) { return b == std::byte{}; });
  }

  // With as many packets as make it solid, should it be established.
  template <class OnRemoved>
  Entry* insert_solid(const Key& key, TcpState state, Tick expires, Tick now,
                      OnRemoved&& on_removed) {
    Entry entry(key, DestinationId(1), state, expires);
    for (unsigned i = 1; i < Entry::most_packets; ++i) entry.touch(state, expires);
    return Table::insert(entry, Table::hash(key), now, on_removed);
  }
  template <class OnRemoved>
  Entry* find(const Key& key, Tick now, OnRemoved&& on_removed) {
    return Table::find(key, Table::hash(key), now, on_removed);
  }

 private:
  struct Memory {};
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  TestTable(std::size_t size, Memory) : TestTable(size, zeroed(size)) {}
  TestTable(std::size_t size, std::byte* memory)
      : Table(std::span(memory, size), {0x0123456789abcdefU, 0xfedcba9876543210U}),
        size_(size),
        memory_(memory) {}
  static std::byte* zeroed(std::size_t size) {
    auto* memory =
        static_cast<std::byte*>(std::aligned_alloc(alignof(typename Table::Bucket), size));
    std::fill_n(memory, size, std::byte{});
    return memory;
  }
  std::span<const std::byte> bytes() const { return {memory_.get(), size_}; }

  std::size_t size_;
  std::unique_ptr<std::byte, Free> memory_;
};

inline constexpr auto ignore_removal = [](const auto&, Removal) {};

}  // namespace drover::flow
