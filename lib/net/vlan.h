// SPDX-License-Identifier: BSD-3-Clause
// The VLAN of a frame, by its outermost tag (IEEE 802.1Q).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover {

constexpr bool is_vlan_type(std::uint16_t type) {
  return type == ether_type::vlan || type == ether_type::vlan_s;
}

// Not of a frame that is shorter than its Ethernet header and the tag that it announces.
inline bool is_tagged(std::span<const std::uint8_t> frame) {
  return is_vlan_type(header_at<EthernetHeader>(frame, 0).type.value());
}

// 0: it has no tag, or one that only gives a priority.
inline std::uint16_t vlan_of(std::span<const std::uint8_t> frame) {
  if (!is_tagged(frame)) return 0;
  return header_at<VlanTag>(frame, sizeof(EthernetHeader)).control.value() & VlanTag::id_mask;
}

// `frame` has none.
inline void put_vlan_tag(std::vector<std::uint8_t>& frame, std::uint16_t vlan) {
  const std::array<std::uint8_t, sizeof(VlanTag)> tag{
      0x81, 0x00, static_cast<std::uint8_t>(vlan >> 8U), static_cast<std::uint8_t>(vlan)};
  frame.insert(frame.begin() + 2 * sizeof(MacAddress), tag.begin(), tag.end());
}

}  // namespace drover
