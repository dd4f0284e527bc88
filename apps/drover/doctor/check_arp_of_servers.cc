// SPDX-License-Identifier: BSD-3-Clause
// Whoever answers ARP for a VIP beside the balancer takes clients away from it.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {
namespace {

constexpr double recent_seconds = 300;  // droverd asks for each VIP in turn, one a second

}  // namespace

Findings check_arp_of_servers(const Facts& facts) {
  Findings findings;
  for (const api::AddressConflict& conflict : facts.status->address_conflicts) {
    if (conflict.seconds_ago > recent_seconds) continue;
    const std::string vip = to_string(conflict.vip);
    const std::string mac = to_string(conflict.mac);
    if (conflict.server)
      findings.push_back({Severity::problem,
                          fmt::format("the real server {} ({}) answers ARP for the VIP {}",
                                      to_string(*conflict.server), mac, vip),
                          fmt::format("on {}: realserver {}", to_string(*conflict.server), vip)});
    else
      findings.push_back({Severity::problem,
                          fmt::format("another machine claims the VIP {}: {}", vip, mac),
                          fmt::format("find the switch's port with the address {}, and take {} "
                                      "from that machine",
                                      mac, vip)});
  }
  return findings;
}

}  // namespace drover::client::doctor
