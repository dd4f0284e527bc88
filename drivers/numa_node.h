// SPDX-License-Identifier: BSD-3-Clause
// The NUMA nodes of devices and cores, as the kernel tells; `sysfs` is "/sys" but in tests.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace drover {

// Of a network interface or a PCI address; none: it is at no node, or there is none such.
std::optional<unsigned> numa_node_of_device(const std::string& device,
                                            const std::string& sysfs = "/sys");

// By core; empty where the kernel knows no nodes.
std::map<unsigned, unsigned> numa_nodes_of_cores(const std::string& sysfs = "/sys");

// What this thread, and each that it starts, takes of the kernel's memory from now on comes from
// this node while it has any. Where the kernel refuses it, nothing changes.
void prefer_memory_of_node(unsigned node);

}  // namespace drover
