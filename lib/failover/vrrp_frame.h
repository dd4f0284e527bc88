// SPDX-License-Identifier: BSD-3-Clause
// Advertisements as whole Ethernet frames, and back from a received one. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/failover/advertisement.h"
#include "lib/net/address.h"

namespace drover::failover {

// 224.0.0.18 and ff02::12.
IpAddress vrrp_group(bool is_v6);
// Where a frame for a multicast address goes (RFC 1112, 6.4; RFC 2464, 7).
MacAddress multicast_mac(const IpAddress& group);
// The MAC address of a virtual router (RFC 9568, 7.3).
MacAddress virtual_mac(std::uint8_t router, bool is_v6);

struct VrrpFrameHeader {
  MacAddress source_mac;
  MacAddress destination_mac;
  VrrpEndpoints endpoints;
};

// With hop limit 255 and, over IPv4, type of service c0. Not padded.
std::vector<std::uint8_t> write_vrrp_frame(const VrrpFrameHeader& header,
                                           const Advertisement& advertisement, ChecksumRule rule);

struct VrrpDatagram {
  VrrpEndpoints endpoints;
  std::uint8_t hop_limit = 0;
  std::span<const std::uint8_t> message;  // within the frame
};

// From the IP header on. None unless it is a whole, unfragmented datagram of protocol 112 with a
// right header checksum.
std::optional<VrrpDatagram> read_vrrp_datagram(std::span<const std::uint8_t> datagram);

// What a datagram from outside has to be, before its message is looked at (RFC 9568, 7.1): for the
// group with hop limit 255, which no router passes on; or for this node's own address from one of
// the peers that the configuration names.
enum class DatagramFault : std::uint8_t { none, hop_limit, not_for_us, not_a_peer };
DatagramFault judge_datagram(const VrrpDatagram& datagram, const IpAddress& own,
                             std::span<const IpAddress> peers);

}  // namespace drover::failover
