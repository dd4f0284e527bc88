// SPDX-License-Identifier: BSD-3-Clause
// Longest prefix match over prefixes that do not change: they are cut into ranges of addresses
// once, and a look-up is a binary search among those (17 steps with 100,000 prefixes).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "lib/net/address.h"

namespace drover {

// An address as a number.
template <class Address>
struct AddressNumber;

template <>
struct AddressNumber<Ipv4Address> {
  using Type = std::uint64_t;
  static constexpr unsigned bits = 32;
  static Type of(Ipv4Address address) { return address.value(); }
};

template <>
struct AddressNumber<Ipv6Address> {
  __extension__ using Type = unsigned __int128;
  static constexpr unsigned bits = 128;
  static Type of(const Ipv6Address& address) {
    Type number = 0;
    for (const std::uint8_t byte : address.bytes()) number = number << 8U | byte;
    return number;
  }
};

template <class Address, class Value>
class PrefixTable {
 public:
  struct Entry {
    Address network;  // bits behind the prefix do not count
    std::uint8_t length = 0;
    Value value{};
  };

  // `otherwise`: of addresses in none of them. Of two entries for the same prefix the later counts.
  explicit PrefixTable(std::vector<Entry> entries = {}, Value otherwise = {}) {
    std::vector<Range> ranges;
    for (const Entry& entry : entries) ranges.push_back(range_of(entry));
    // A network stands before those inside it.
    std::stable_sort(ranges.begin(), ranges.end(), [](const Range& left, const Range& right) {
      return left.first != right.first ? left.first < right.first : left.last > right.last;
    });
    begin(0, otherwise);
    std::vector<Range> around;  // those that contain the place where we are, the smallest last
    const auto leave = [&] {
      const Range inner = around.back();
      around.pop_back();
      if (inner.last != most)
        begin(inner.last + 1, around.empty() ? otherwise : around.back().value);
    };
    for (const Range& range : ranges) {
      while (!around.empty() && around.back().last < range.first) leave();
      begin(range.first, range.value);
      around.push_back(range);
    }
    while (!around.empty()) leave();
  }

  const Value& find(const Address& address) const {
    const auto behind = std::upper_bound(firsts_.begin(), firsts_.end(), Numbers::of(address));
    return values_[static_cast<std::size_t>(behind - firsts_.begin()) - 1];
  }

 private:
  using Numbers = AddressNumber<Address>;
  using Number = typename Numbers::Type;
  static constexpr Number most = (((Number{1} << (Numbers::bits - 1)) - 1) << 1U) + 1;

  struct Range {
    Number first;
    Number last;
    Value value;
  };
  static Range range_of(const Entry& entry) {
    const Number host = entry.length >= Numbers::bits ? 0 : most >> entry.length;
    const Number first = Numbers::of(entry.network) & ~host & most;
    return {first, first | host, entry.value};
  }

  // From this address on.
  void begin(Number first, const Value& value) {
    if (!firsts_.empty() && firsts_.back() == first) {
      values_.back() = value;
      return;
    }
    firsts_.push_back(first);
    values_.push_back(value);
  }

  std::vector<Number> firsts_;  // the first is 0
  std::vector<Value> values_;
};

}  // namespace drover
