// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/port_facts.h"

#include <utility>

#include "lib/control/interface_view.h"

namespace drover::control {

std::set<std::string> kernel_interfaces(const Plant& plant) {
  std::set<std::string> interfaces;
  for (const PlantPort& port : plant.ports) interfaces.insert(port.driver->kernel_interface());
  return interfaces;
}

std::vector<datapath::PortFacts> port_facts(const Plant& plant) {
  const auto views = view_interfaces(kernel_interfaces(plant));
  std::vector<datapath::PortFacts> facts;
  for (const PlantPort& port : plant.ports) {
    std::vector<IpAddress> host_addresses;
    for (const IpInterface& own : views.at(port.driver->kernel_interface()).addresses)
      host_addresses.push_back(own.address);
    facts.push_back({.ethdev = port.ethdev->port(),
                     .mac = port.ethdev->mac(),
                     .vlan = port.config->vlan,
                     .mtu = port.ethdev->mtu(),
                     .keep_source_mac = port.config->source_mac == config::SourceMac::keep,
                     .has_host_interface = port.driver->host_interface() != nullptr,
                     .host_addresses = std::move(host_addresses)});
  }
  return facts;
}

}  // namespace drover::control
