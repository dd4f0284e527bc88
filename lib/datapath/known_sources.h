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
  // An address of several kinds is the first of them.
  KnownSources(std::span<const IpAddress> vips, std::span<const IpAddress> own,
               std::span<const IpAddress> peers)
      : index_(vips.size() + own.size() + peers.size()),
        index_v6_(vips.size() + own.size() + peers.size()) {
    add(peers, Kind::peer);
    add(own, Kind::own);
    add(vips, Kind::vip);
  }

  std::optional<Kind> find(Ipv4Address source) const { return kind(index_.find(source.value())); }
  std::optional<Kind> find(const Ipv6Address& source) const { return kind(index_v6_.find(source)); }

  // Calls `on_address(Ipv4Address)` or `on_address(const Ipv6Address&)` for each.
  template <class OnAddress>
  void each(OnAddress&& on_address) const {
    index_.each_key([&](std::uint64_t address) {
      on_address(Ipv4Address(static_cast<std::uint32_t>(address)));
    });
    index_v6_.each_key(on_address);
  }

 private:
  static std::optional<Kind> kind(std::optional<std::uint32_t> found) {
    return found ? std::optional(static_cast<Kind>(*found)) : std::nullopt;
  }
  void add(std::span<const IpAddress> addresses, Kind kind) {
    for (const IpAddress& address : addresses)
      if (address.is_v4())
        index_.insert(address.v4().value(), static_cast<std::uint32_t>(kind));
      else
        index_v6_.insert(address.v6(), static_cast<std::uint32_t>(kind));
  }

  FlatIndex index_;
  FlatIndexOf<Ipv6Address> index_v6_;
};

}  // namespace drover::datapath
