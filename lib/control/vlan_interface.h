// SPDX-License-Identifier: BSD-3-Clause
// The kernel's interface in a VLAN, on which neighbours there are resolved.
#pragma once

#include <cstdint>
#include <string>

namespace drover::control {

// The VLAN interface above `parent`, by the kernel's list; "PARENT.VLAN" while there is none, under
// which name it may appear.
std::string vlan_interface(const std::string& parent, std::uint16_t vlan,
                           const std::string& list = "/proc/net/vlan/config");

}  // namespace drover::control
