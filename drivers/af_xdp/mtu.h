// SPDX-License-Identifier: BSD-3-Clause
// The MTU that net_af_xdp carries.
#pragma once

#include <string>

#include "lib/base/result.h"

namespace drover {

constexpr unsigned largest_af_xdp_mtu(bool hugepages) {
  return hugepages ? 1770 : 3498;
}

// A frame has one buffer, whose room depends on the memory (mempool.h).
Result<void> check_af_xdp_mtu(const std::string& interface, unsigned mtu, bool hugepages);

}  // namespace drover
