// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/fast_path/fast_facts.h"

#include <algorithm>

#include "lib/datapath/snapshot.h"

namespace drover::datapath {
namespace {

WireAddress wire(Ipv4Address address) {
  return {std::bit_cast<std::uint32_t>(address.wire())};
}

// A tag that has to be changed, put in or taken out is none of the fast path's business.
bool keeps_its_tag(const Snapshot& snapshot, const Egress& egress) {
  return std::ranges::all_of(snapshot.ports,
                             [&](const PortFacts& port) { return port.vlan == egress.vlan; });
}

PlainWay way_to(const Destination& destination, const Snapshot& snapshot) {
  const bool in_use = destination.counters != nullptr && destination.resolved;
  const bool takes_packets =
      destination.bond == Bond::holds || destination.bond == Bond::holds_until_syn;
  if (!in_use || !takes_packets) return {};
  const Egress& egress = snapshot.egress_of(destination);
  if (egress.keep_source_mac || !keeps_its_tag(snapshot, egress)) return {};
  return {destination.mac, egress.mac, egress.mtu, egress.port, destination.counters};
}

}  // namespace

FastFacts::FastFacts(const Snapshot& snapshot) {
  for (std::size_t i = 0; i < snapshot.ports.size(); ++i) {
    vips_v4.emplace_back(snapshot.vips.size());
    vips_v6.emplace_back(snapshot.vips.size());
    for (const Vip& vip : snapshot.vips) {
      if ((vip.ports & port_bit(PortId(static_cast<std::uint8_t>(i)))) == 0) continue;
      if (vip.address.is_v4())
        vips_v4.back().insert({.address = wire(vip.address.v4()), .tcp = vip.tcp, .udp = vip.udp});
      else
        vips_v6.back().insert(
            {.address = WireAddressV6(vip.address.v6()), .tcp = vip.tcp, .udp = vip.udp});
    }
  }
  sources.suspect_martians();
  snapshot.known_sources.each([this](const auto& address) { sources.suspect(address); });
  ways.reserve(snapshot.destinations.size());
  for (const Destination& destination : snapshot.destinations)
    ways.push_back(way_to(destination, snapshot));
  for (const PlainWay& way : ways)
    if (!way.is_none()) length_for_all = std::min<std::uint32_t>(length_for_all, way.most_length());
  by_one_port = snapshot.ports.size() == 1;
}

}  // namespace drover::datapath
