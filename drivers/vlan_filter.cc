// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/vlan_filter.h"

#include <string_view>

#include "drivers/driver_log.h"
#include "lib/base/log.h"
#include "lib/net/wire.h"

namespace drover {

std::uint64_t vlan_filter_offloads(const rte_eth_dev_info& info) {
  const bool filters = info.driver_name == std::string_view("net_virtio");
  return filters ? info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_FILTER : 0;
}

void open_vlan_filter(std::uint16_t ethdev, std::uint64_t offloads) {
  if ((offloads & RTE_ETH_RX_OFFLOAD_VLAN_FILTER) == 0) return;
  LogCapture captured;
  for (std::uint16_t id = 0; id <= VlanTag::id_mask; ++id) {
    const int error = rte_eth_dev_vlan_filter(ethdev, id, 1);
    if (error == 0) continue;
    log::warning("port {}: frames of VLAN {} may not come in: {} ({})", ethdev, id,
                 errno_text(-error), captured.cause());
    return;
  }
}

}  // namespace drover
