// SPDX-License-Identifier: BSD-3-Clause
// How many connections the clients of each network have opened lately, at one worker: a token
// bucket each, kept as the time at which it will be full again (the generic cell rate algorithm of
// ITU-T I.371). A full bucket is as good as none, so the table holds those alone that have
// something to remember; when there are too many, those that will be full first give way. So a
// flood from random sources cannot make it forget who opens many.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "lib/datapath/admission.h"
#include "lib/flow/bounded_table.h"
#include "lib/net/address.h"

namespace drover::datapath {

class SourceLimits {
 public:
  static constexpr std::size_t most = 65'536;  // networks; 24 bytes each

  explicit SourceLimits(flow::HashSeed seed) : seed_(seed) {}

  // Allocates; before the first take().
  void prepare() {
    if (!table_) table_.emplace(most, seed_);
  }
  // Whether the client may open another connection `now`, in nanoseconds; if so, it has.
  template <class Address>
  bool take(const ConnectionLimit& limit, const Address& client, std::uint64_t now) {
    return take(limit, key_of(limit, client), now);
  }
  // The same, and changes nothing.
  template <class Address>
  bool allows(const ConnectionLimit& limit, const Address& client, std::uint64_t now) {
    return full_at(table_->find(key_of(limit, client)), now) - now <= limit.tolerance;
  }

 private:
  // The hash of a network and the service.
  struct Key {
    std::uint64_t value = 0;
    friend constexpr bool operator==(Key, Key) = default;
    friend std::uint64_t hash(Key key, const flow::HashSeed&) { return key.value; }
  };
  struct Row {
    Key key{};
    std::uint64_t full_at = 0;  // nanoseconds
    bool used = false;
  };
  Key key_of(const ConnectionLimit& limit, Ipv4Address client) const;
  Key key_of(const ConnectionLimit& limit, const Ipv6Address& client) const;
  // Never before `now`.
  static std::uint64_t full_at(const Row* row, std::uint64_t now) {
    return row == nullptr ? now : std::max(row->full_at, now);
  }
  bool take(const ConnectionLimit& limit, Key key, std::uint64_t now);

  flow::HashSeed seed_;
  std::optional<flow::BoundedTable<Row>> table_;
};

}  // namespace drover::datapath
