// SPDX-License-Identifier: BSD-3-Clause
// What the fast path asks of a VIP, in one cache line with its address. Made once, then only read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "lib/base/flat_index.h"
#include "lib/base/strong_id.h"
#include "lib/net/address.h"

namespace drover::datapath {

// For VipTable: the bytes of an address as they stand on the wire, in words.
struct WireAddress {
  std::uint32_t word = 0;
  friend bool operator==(WireAddress, WireAddress) = default;
};
inline std::uint64_t spread_bits(WireAddress address) {
  return drover::spread_bits(address.word);
}

struct WireAddressV6 {
  std::uint64_t first = 0;
  std::uint64_t second = 0;

  explicit WireAddressV6(const Ipv6Address& address) { std::memcpy(this, &address, sizeof *this); }
  // Of its first byte.
  explicit WireAddressV6(const std::uint8_t* at) { std::memcpy(this, at, sizeof *this); }
  WireAddressV6() = default;
  // Without a branch, and without the memcmp() that compilers make of an array's.
  friend bool operator==(const WireAddressV6& left, const WireAddressV6& right) {
    return ((left.first ^ right.first) | (left.second ^ right.second)) == 0;
  }
};
static_assert(sizeof(WireAddressV6) == sizeof(Ipv6Address));
inline std::uint64_t spread_bits(const WireAddressV6& address) {
  return drover::spread_bits(address.first * 31 + address.second);
}

template <class Address>
class VipTable {
 public:
  struct alignas(16) Row {
    Address address{};
    bool used = false;
    VipId tcp;
    VipId udp;
    friend bool operator==(const Row&, const Row&) = default;
  };

  explicit VipTable(std::size_t expected = 0) {
    std::size_t size = 2;
    while (size < 4 * expected + 2) size *= 2;
    rows_.resize(size);
  }
  // At most as many as were expected.
  void insert(const Row& row) {
    std::size_t at = place_of(row.address);
    while (rows_[at].used) at = (at + 1) & (rows_.size() - 1);
    rows_[at] = row;
    rows_[at].used = true;
  }
  // To look addresses up in; of a table that outlives it.
  class View {
   public:
    explicit View(const VipTable& table)
        : rows_(table.rows_.data()), mask_(table.rows_.size() - 1) {}
    // Null: it is none.
    const Row* find(const Address& address) const {
      for (std::uint64_t at = spread_bits(address) & mask_; rows_[at].used; at = (at + 1) & mask_)
        if (rows_[at].address == address) return &rows_[at];
      return nullptr;
    }

   private:
    const Row* rows_;
    std::uint64_t mask_;
  };

 private:
  std::size_t place_of(const Address& address) const {
    return static_cast<std::size_t>(spread_bits(address)) & (rows_.size() - 1);
  }
  std::vector<Row> rows_;  // a power of two
};

}  // namespace drover::datapath
