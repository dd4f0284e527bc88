// SPDX-License-Identifier: BSD-3-Clause
// A real server that has no MAC address, or none of the VIP, gets packets and answers none.
#include <fmt/format.h>

#include <set>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_vip_on_servers(const Facts& facts) {
  Findings findings;
  std::set<std::string> seen;
  for (const api::Service& service : facts.services->services)
    for (const api::Server& server : service.servers) {
      const std::string address = to_string(server.address);
      if (server.state != "unresolved" || !seen.insert(address).second) continue;
      findings.push_back({Severity::problem,
                          fmt::format("the real server {} ({}) has no MAC address: it is off, or "
                                      "not on the network of a port",
                                      server.name, address),
                          fmt::format("ping {}", address)});
    }
  return findings;
}

}  // namespace drover::client::doctor
