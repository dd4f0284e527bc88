// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/numa_placement.h"

#include <algorithm>

#include "drivers/numa_node.h"
#include "drivers/vdev/vdev_driver.h"

namespace drover {

NumaPlacement NumaPlacement::find(const config::Config& config, const std::string& sysfs) {
  NumaPlacement placement;
  for (const config::Port& port : config.ports) {
    const bool is_vdev = port.driver == config::PortDriver::vdev;
    placement.ports.push_back(
        numa_node_of_device(is_vdev ? vdev_argument(port.device, "iface") : port.device, sysfs));
  }
  placement.cores = numa_nodes_of_cores(sysfs);
  return placement;
}

std::optional<unsigned> NumaPlacement::memory() const {
  const auto known = std::ranges::find_if(ports, [](const auto& node) { return node.has_value(); });
  return known == ports.end() ? std::nullopt : *known;
}

std::optional<unsigned> NumaPlacement::node_of_core(unsigned core) const {
  const auto at = cores.find(core);
  return at == cores.end() ? std::nullopt : std::optional(at->second);
}

bool NumaPlacement::is_near(unsigned core) const {
  const auto wanted = memory();
  const auto node = node_of_core(core);
  return !wanted || !node || *wanted == *node;
}

}  // namespace drover
