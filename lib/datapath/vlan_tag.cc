// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/vlan_tag.h"

#include <rte_mbuf.h>

#include <cstring>
#include <span>

#include "lib/net/vlan.h"

namespace drover::datapath {
namespace {

constexpr std::size_t both_addresses = 2 * sizeof(MacAddress);

std::span<std::uint8_t> bytes_of(rte_mbuf& frame) {
  return {rte_pktmbuf_mtod(&frame, std::uint8_t*), rte_pktmbuf_data_len(&frame)};
}

// In front of all other tags.
bool insert_tag(rte_mbuf& frame, std::uint16_t type, std::uint16_t control) {
  char* start = rte_pktmbuf_prepend(&frame, sizeof(VlanTag));
  if (start == nullptr) return false;
  std::memmove(start, start + sizeof(VlanTag), both_addresses);
  // The type that stood behind the addresses now stands behind the tag, where it belongs.
  const Be16 wire_type(type);
  const Be16 wire_control(control);
  std::memcpy(start + both_addresses, &wire_type, sizeof wire_type);
  std::memcpy(start + both_addresses + sizeof wire_type, &wire_control, sizeof wire_control);
  return true;
}

}  // namespace

bool restore_stripped_tags(rte_mbuf& frame) {
  constexpr std::uint64_t one = RTE_MBUF_F_RX_VLAN_STRIPPED;
  constexpr std::uint64_t two = RTE_MBUF_F_RX_QINQ_STRIPPED;
  if ((frame.ol_flags & (one | two)) == 0) [[likely]]
    return true;
  const bool has_two = (frame.ol_flags & two) != 0;
  frame.ol_flags &= ~(one | two);
  return insert_tag(frame, ether_type::vlan, frame.vlan_tci) &&
         (!has_two || insert_tag(frame, ether_type::vlan_s, frame.vlan_tci_outer));
}

bool set_vlan(rte_mbuf& frame, std::uint16_t vlan) {
  const auto bytes = bytes_of(frame);
  if (!is_tagged(bytes)) return insert_tag(frame, ether_type::vlan, vlan);
  auto& tag = header_at<VlanTag>(bytes, sizeof(EthernetHeader));
  tag.control = static_cast<std::uint16_t>((tag.control.value() & ~VlanTag::id_mask) | vlan);
  return true;
}

bool push_vlan(rte_mbuf& frame, std::uint16_t vlan) {
  return insert_tag(frame, ether_type::vlan, vlan);
}

void remove_tag(rte_mbuf& frame) {
  std::uint8_t* start = bytes_of(frame).data();
  if (!is_tagged(bytes_of(frame))) return;
  std::memmove(start + sizeof(VlanTag), start, both_addresses);
  rte_pktmbuf_adj(&frame, sizeof(VlanTag));
}

}  // namespace drover::datapath
