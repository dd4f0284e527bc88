// SPDX-License-Identifier: BSD-3-Clause
// On which port's network an address is. Ports are given by their index in Config::ports.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/config.h"

namespace drover::config {

std::optional<std::size_t> port_named(const Config& config, const std::string& name);

// This node's on that port's network. The node's own belong to the first port that has none.
std::vector<IpInterface> addresses_of_port(const Config& config, std::size_t port);

// Where several ports' networks hold it, the one with the longest prefix.
std::optional<std::size_t> port_on_network_of(const Config& config, const IpAddress& address);

// By which frames leave to a server of this pool. None: the file does not say, which validate()
// does not let pass.
std::optional<std::size_t> egress_port(const Config& config, const Pool& pool,
                                       const IpAddress& server);

// On which the service's VIP answers: those that it names, else that whose network holds it; a
// single port in any case.
std::vector<std::size_t> vip_ports(const Config& config, const Service& service);

// The VLAN in which frames to this pool's servers leave by that port; 0: none in particular.
std::uint16_t egress_vlan(const Config& config, const Pool& pool, std::size_t port);

}  // namespace drover::config
