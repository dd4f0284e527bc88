// SPDX-License-Identifier: BSD-3-Clause
// What a snapshot needs to know of the ports and of their kernel interfaces. Control thread only.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "lib/control/plant.h"
#include "lib/datapath/snapshot.h"

namespace drover::control {

// Those under which the kernel has the ports: the ports' own, or their host interfaces.
std::set<std::string> kernel_interfaces(const Plant& plant);

// By PortId. Asks the kernel for the interfaces' addresses.
std::vector<datapath::PortFacts> port_facts(const Plant& plant);

}  // namespace drover::control
