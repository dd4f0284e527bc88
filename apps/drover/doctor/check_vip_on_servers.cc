// SPDX-License-Identifier: BSD-3-Clause
// A real server that has no MAC address, or none of the VIP, gets packets and answers none.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "apps/drover/doctor/finding.h"
#include "lib/health/check_route.h"

namespace drover::client::doctor {
namespace {

std::optional<Finding> examine(const api::Service& service, const api::Server& server) {
  const std::string address = to_string(server.address);
  if (server.state == "unresolved" || (server.state == "down" && !server.mac))
    return Finding{
        Severity::problem,
        fmt::format("the real server {} ({}) has no MAC address: it is off, or not on the "
                    "network of a port",
                    server.name, address),
        fmt::format("ping {}", address)};
  if (server.state == "down" && server.reason.find(health::lacks_the_vip) != std::string::npos) {
    const std::string vip = to_string(service.address);
    return Finding{Severity::problem,
                   fmt::format("the real server {} ({}) lacks the VIP {} on its loopback",
                               server.name, address, vip),
                   fmt::format("on {}: realserver {}", address, vip)};
  }
  return std::nullopt;
}

}  // namespace

Findings check_vip_on_servers(const Facts& facts) {
  Findings findings;
  for (const api::Service& service : facts.services->services)
    for (const api::Server& server : service.servers) {
      auto found = examine(service, server);
      // Once, whatever the number of its services.
      if (found && std::ranges::find(findings, *found) == findings.end())
        findings.push_back(std::move(*found));
    }
  return findings;
}

}  // namespace drover::client::doctor
