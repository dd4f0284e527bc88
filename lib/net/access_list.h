// SPDX-License-Identifier: BSD-3-Clause
// Which clients may come: lists of networks, of which the one that fits an address best decides.
#pragma once

#include <cstdint>
#include <vector>

#include "lib/net/address.h"
#include "lib/net/prefix_table.h"

namespace drover {

class AccessList {
 public:
  // No prefix stands in both. Who is in none may come if `allow` is empty.
  AccessList(const std::vector<IpInterface>& allow, const std::vector<IpInterface>& deny);

  bool allows(Ipv4Address client) const { return v4_.find(client) != 0; }
  bool allows(const Ipv6Address& client) const { return v6_.find(client) != 0; }

 private:
  PrefixTable<Ipv4Address, std::uint8_t> v4_;
  PrefixTable<Ipv6Address, std::uint8_t> v6_;
};

}  // namespace drover
