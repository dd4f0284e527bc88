// SPDX-License-Identifier: BSD-3-Clause
// Persistence, as IPVS has it: a template says to which server the connections of a client go, a
// single address or a network of them.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "lib/base/strong_id.h"
#include "lib/flow/connection_hash.h"
#include "lib/flow/tick.h"
#include "lib/net/address.h"

namespace drover::flow {

struct TemplateKey {
  Ipv6Address client;  // masked; IPv4 is mapped
  PersistenceId group;
  friend constexpr bool operator==(const TemplateKey&, const TemplateKey&) = default;
};

inline std::uint64_t hash(const TemplateKey& key, const HashSeed& seed) {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(key.client.bytes());
  const std::uint64_t client =
      detail::fold_multiply(halves[0] ^ seed.first, halves[1] ^ seed.second ^ 0xe7037ed1a0b428dbU);
  return detail::fold_multiply(client ^ key.group.value() ^ seed.first,
                               seed.second ^ 0x8ebc6af09c88c6e3U);
}

// With its owner, the worker that decides for this client, or with another worker that has
// connections of the client and says so to the owner now and then.
struct ClientTemplate {
  TemplateKey key{};
  DestinationId destination{};
  std::uint32_t connections = 0;  // in this worker's table
  Tick expires{};
  Tick elsewhere_until{};  // while `elsewhere`
  bool used = false;
  bool owned = false;
  bool elsewhere = false;  // other workers have connections of the client
  bool assured = false;    // one of its connections has been established
  bool extended = false;   // it would have expired, but had connections
  bool given_up = false;   // what it names had gone when it was asked: it only counts connections
};

}  // namespace drover::flow
