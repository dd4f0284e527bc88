// SPDX-License-Identifier: BSD-3-Clause
// Where the ports, the cores and the memory lie, of the machine's NUMA nodes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/config.h"

namespace drover {

struct NumaPlacement {
  std::vector<std::optional<unsigned>> ports;  // by PortId; none: not known, or at no node
  std::map<unsigned, unsigned> cores;          // empty: the kernel knows no nodes

  static NumaPlacement find(const config::Config& config, const std::string& sysfs = "/sys");

  // Where the memory is to lie: at the first port that is at a node.
  std::optional<unsigned> memory() const;
  std::optional<unsigned> node_of_core(unsigned core) const;
  // True of all while nothing is known.
  bool is_near(unsigned core) const;
};

}  // namespace drover
