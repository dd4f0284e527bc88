// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/af_xdp/mtu.h"

#include <fmt/format.h>

#include "drivers/mempool.h"

namespace drover {

Result<void> check_af_xdp_mtu(const std::string& interface, unsigned mtu, bool hugepages) {
  // What stands around the MTU's bytes in a frame: an Ethernet header and two VLAN tags.
  constexpr unsigned overhead = 14 + 2 * 4;
  const unsigned longest = longest_af_xdp_frame(hugepages) - overhead;
  if (mtu <= longest) return {};
  return failure(interface, fmt::format("its MTU of {} is more than af_xdp carries", mtu),
                 fmt::format("ip link set dev {} mtu {}", interface, longest));
}

}  // namespace drover
