// SPDX-License-Identifier: BSD-3-Clause
// The hugepages that the kernel has free.
#pragma once

#include <cstdint>
#include <string>

namespace drover {

struct Hugepages {
  std::uint64_t free_megabytes = 0;
  std::uint64_t total_megabytes = 0;
};

// All sizes together; `sysfs` is "/sys" but in tests.
Hugepages read_hugepages(const std::string& sysfs = "/sys");
// Those of a NUMA node.
Hugepages read_hugepages_of_node(unsigned node, const std::string& sysfs = "/sys");

}  // namespace drover
