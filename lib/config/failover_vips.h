// SPDX-License-Identifier: BSD-3-Clause
// Which VIPs a VRRP instance carries. Instances are given by their index in Failover::vrrp.
#pragma once

#include <cstddef>
#include <vector>

#include "lib/config/config.h"

namespace drover::config {

// As the file says, else that of its peers, else of the first service that it names, else IPv4.
Family family_of(const Config& config, const VrrpInstance& instance);
inline bool is_v6(Family family) {
  return family == Family::ipv6;
}

// Each once, in the order of the services: those that it names, or all of its family that no other
// instance names.
std::vector<IpAddress> vips_of_instance(const Config& config, std::size_t instance);

// The port on which they answer, and by which heartbeats leave: the first where there are several.
std::size_t port_of_instance(const Config& config, std::size_t instance);

// Of this node.
std::uint8_t priority_of_instance(const Config& config, const VrrpInstance& instance);

}  // namespace drover::config
