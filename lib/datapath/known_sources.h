// SPDX-License-Identifier: BSD-3-Clause
// Addresses that no client of a VIP has. Part of a snapshot: made once, then only read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/base/flat_index.h"
#include "lib/net/address.h"

namespace drover::datapath {

class KnownSources {
 public:
  enum class Kind : std::uint32_t {
    vip,
    own,   // this balancer's
    peer,  // another balancer's: a client as any, unless a real server sends it on
  };

  KnownSources() = default;
  // IPv4 addresses of `own` and `peers`; others are passed over. An address of several kinds is the
  // first of them.
  KnownSources(std::span<const Ipv4Address> vips, std::span<const IpAddress> own,
               std::span<const IpAddress> peers)
      : index_(vips.size() + own.size() + peers.size()) {
    add(peers, Kind::peer);
    add(own, Kind::own);
    for (const Ipv4Address vip : vips) add(vip, Kind::vip);
  }

  std::optional<Kind> find(Ipv4Address source) const {
    const auto found = index_.find(source.value());
    return found ? std::optional(static_cast<Kind>(*found)) : std::nullopt;
  }

 private:
  void add(Ipv4Address address, Kind kind) {
    index_.insert(address.value(), static_cast<std::uint32_t>(kind));
  }
  void add(std::span<const IpAddress> addresses, Kind kind) {
    for (const IpAddress& address : addresses)
      if (address.is_v4()) add(address.v4(), kind);
  }

  FlatIndex index_;
};

}  // namespace drover::datapath
