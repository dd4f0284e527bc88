// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/this_version.h"

namespace drover::config {
namespace {

constexpr NotActedOn later[] = {
    {"a pool", "checks", "every server is taken to be up"},
    {"a service", "checks", "every server is taken to be up"},
    {"a service", "persistence", "each connection is scheduled for itself"},
    {"a service", "sorry_server", "nothing is sent to it"},
    {"the file", "failover", "this balancer is always master, so run only one"},
    {"the file", "metrics", "nothing listens there"},
};

}  // namespace

const NotActedOn* not_acted_on(std::string_view section, std::string_view key) {
  for (const NotActedOn& line : later)
    if (line.section == section && line.key == key) return &line;
  return nullptr;
}

std::string_view refusal_of(Protocol protocol) {
  if (protocol == Protocol::udp) return "udp comes with a later version; this one balances tcp";
  return {};
}

std::string_view refusal_of_any_port() {
  return "\"any\" comes with a later version; list the ports, such as [80, 443]";
}

std::string_view refusal_of_service_address(const IpAddress& address) {
  if (address.is_v6()) return "this version balances IPv4 only";
  return {};
}

}  // namespace drover::config
