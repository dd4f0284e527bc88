// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/access_list.h"

namespace drover {

AccessList::AccessList(const std::vector<IpInterface>& allow,
                       const std::vector<IpInterface>& deny) {
  std::vector<PrefixTable<Ipv4Address, std::uint8_t>::Entry> v4;
  std::vector<PrefixTable<Ipv6Address, std::uint8_t>::Entry> v6;
  const auto add = [&](const std::vector<IpInterface>& networks, std::uint8_t allowed) {
    for (const IpInterface& network : networks)
      if (network.address.is_v4())
        v4.push_back({network.address.v4(), network.prefix_length, allowed});
      else
        v6.push_back({network.address.v6(), network.prefix_length, allowed});
  };
  add(allow, 1);
  add(deny, 0);
  const std::uint8_t otherwise = allow.empty() ? 1 : 0;
  v4_ = PrefixTable<Ipv4Address, std::uint8_t>(std::move(v4), otherwise);
  v6_ = PrefixTable<Ipv6Address, std::uint8_t>(std::move(v6), otherwise);
}

}  // namespace drover
