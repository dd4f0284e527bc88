// SPDX-License-Identifier: BSD-3-Clause
// Has a port take frames with a VLAN tag. Most cards filter tags only when told to; a virtio card
// does from the start, with an empty list, if its hypervisor has such a filter
// (VIRTIO_NET_F_CTRL_VLAN).
#pragma once

#include <rte_ethdev.h>

#include <cstdint>

namespace drover {

// Offloads (RTE_ETH_RX_OFFLOAD_*) that it must be configured with, so that its filter can be
// opened.
std::uint64_t vlan_filter_offloads(const rte_eth_dev_info& info);

// Lets all VLANs through the filter of a running ethdev that was configured with `offloads`. That
// takes up to a second. The log says so when tagged frames will not come in.
void open_vlan_filter(std::uint16_t ethdev, std::uint64_t offloads);

}  // namespace drover
