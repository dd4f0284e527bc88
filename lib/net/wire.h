// SPDX-License-Identifier: BSD-3-Clause
// Headers as they stand on the wire. All have alignment 1 and may be laid over any byte.
#pragma once

#include <cstdint>

#include "lib/base/byte_order.h"
#include "lib/net/address.h"

namespace drover {

namespace ether_type {
inline constexpr std::uint16_t ipv4 = 0x0800;
inline constexpr std::uint16_t arp = 0x0806;
inline constexpr std::uint16_t vlan = 0x8100;    // IEEE 802.1Q
inline constexpr std::uint16_t vlan_s = 0x88a8;  // IEEE 802.1ad, the outer of two
inline constexpr std::uint16_t ipv6 = 0x86dd;
}  // namespace ether_type

namespace ip_protocol {
inline constexpr std::uint8_t icmp = 1;
inline constexpr std::uint8_t tcp = 6;
inline constexpr std::uint8_t udp = 17;
inline constexpr std::uint8_t icmpv6 = 58;
inline constexpr std::uint8_t vrrp = 112;
// IPv6 extension headers (RFC 8200, 4).
inline constexpr std::uint8_t hop_by_hop_options = 0;
inline constexpr std::uint8_t routing = 43;
inline constexpr std::uint8_t fragment = 44;
inline constexpr std::uint8_t authentication = 51;
inline constexpr std::uint8_t destination_options = 60;
}  // namespace ip_protocol

// The shortest frame that may stand on the wire, without its checksum (IEEE 802.3).
inline constexpr std::uint32_t shortest_frame = 60;

struct EthernetHeader {
  MacAddress destination;
  MacAddress source;
  Be16 type;
};
static_assert(sizeof(EthernetHeader) == 14);

// What follows an Ethernet header of type vlan or vlan_s.
struct VlanTag {
  Be16 control;  // priority 3 bits, drop eligible 1, VLAN id 12
  Be16 type;

  static constexpr std::uint16_t id_mask = 0x0fff;
};
static_assert(sizeof(VlanTag) == 4);

// ARP for Ethernet and IPv4 (RFC 826).
struct ArpMessage {
  Be16 hardware_type;  // 1
  Be16 protocol_type;  // ether_type::ipv4
  std::uint8_t hardware_length;
  std::uint8_t protocol_length;
  Be16 operation;
  MacAddress sender_mac;
  Be32 sender_address;
  MacAddress target_mac;
  Be32 target_address;

  static constexpr std::uint16_t request = 1;
  static constexpr std::uint16_t reply = 2;
  bool is_ethernet_ipv4() const {
    return hardware_type.value() == 1 && protocol_type.value() == ether_type::ipv4 &&
           hardware_length == 6 && protocol_length == 4;
  }
};
static_assert(sizeof(ArpMessage) == 28);

struct Ipv4Header {
  std::uint8_t version_and_length;  // version in the high half, length in words in the low
  std::uint8_t type_of_service;
  Be16 total_length;
  Be16 identification;
  Be16 fragment;  // flags in the high 3 bits, offset in units of 8 bytes
  std::uint8_t time_to_live;
  std::uint8_t protocol;
  Be16 checksum;
  Be32 source;
  Be32 destination;

  static constexpr std::uint16_t dont_fragment = 0x4000;
  static constexpr std::uint16_t more_fragments = 0x2000;
  static constexpr std::uint16_t offset_mask = 0x1fff;
  unsigned version() const { return version_and_length >> 4; }
  unsigned header_length() const { return (version_and_length & 0xfU) * 4; }
};
static_assert(sizeof(Ipv4Header) == 20);

struct Ipv6Header {
  Be32 version_class_flow;
  Be16 payload_length;
  std::uint8_t next_header;
  std::uint8_t hop_limit;
  Ipv6Address source;
  Ipv6Address destination;

  unsigned version() const { return version_class_flow.value() >> 28U; }
};
static_assert(sizeof(Ipv6Header) == 40 && alignof(Ipv6Header) == 1);

// What every extension header but the fragment header begins with.
struct Ipv6ExtensionHeader {
  std::uint8_t next_header;
  std::uint8_t length;  // without the first 8 bytes, in 8 bytes; authentication: in 4 bytes
};
static_assert(sizeof(Ipv6ExtensionHeader) == 2);

struct Ipv6FragmentHeader {
  std::uint8_t next_header;
  std::uint8_t reserved;
  Be16 fragment;  // offset in bytes, the low 3 bits are flags
  Be32 identification;

  static constexpr std::uint16_t more_fragments = 0x0001;
  static constexpr std::uint16_t offset_mask = 0xfff8;
};
static_assert(sizeof(Ipv6FragmentHeader) == 8);

struct TcpHeader {
  Be16 source_port;
  Be16 destination_port;
  Be32 sequence;
  Be32 acknowledgement;
  std::uint8_t data_offset;  // in words, in the high half
  std::uint8_t flags;
  Be16 window;
  Be16 checksum;
  Be16 urgent;

  static constexpr std::uint8_t fin = 0x01;
  static constexpr std::uint8_t syn = 0x02;
  static constexpr std::uint8_t rst = 0x04;
  static constexpr std::uint8_t psh = 0x08;
  static constexpr std::uint8_t ack = 0x10;
  unsigned header_length() const { return (data_offset >> 4U) * 4; }
};
static_assert(sizeof(TcpHeader) == 20);

struct UdpHeader {
  Be16 source_port;
  Be16 destination_port;
  Be16 length;
  Be16 checksum;
};
static_assert(sizeof(UdpHeader) == 8);

// ICMP and ICMPv6 alike.
struct IcmpHeader {
  std::uint8_t type;
  std::uint8_t code;
  Be16 checksum;
  Be32 rest;  // identifier and sequence of an echo; unused or the MTU of an error

  static constexpr std::uint8_t echo_reply = 0;
  static constexpr std::uint8_t unreachable = 3;
  static constexpr std::uint8_t protocol_unreachable_code = 2;
  static constexpr std::uint8_t port_unreachable_code = 3;
  static constexpr std::uint8_t fragmentation_needed_code = 4;
  static constexpr std::uint8_t source_quench = 4;
  static constexpr std::uint8_t echo_request = 8;
  static constexpr std::uint8_t time_exceeded = 11;
  static constexpr std::uint8_t v6_unreachable = 1;
  static constexpr std::uint8_t v6_port_unreachable_code = 4;
  static constexpr std::uint8_t v6_packet_too_big = 2;
  static constexpr std::uint8_t v6_time_exceeded = 3;
  static constexpr std::uint8_t v6_parameter_problem = 4;
  static constexpr std::uint8_t v6_unrecognised_next_header_code = 1;
  static constexpr std::uint8_t v6_echo_request = 128;
  static constexpr std::uint8_t v6_echo_reply = 129;
  static constexpr std::uint8_t v6_neighbour_solicitation = 135;
  static constexpr std::uint8_t v6_neighbour_advertisement = 136;
};
static_assert(sizeof(IcmpHeader) == 8);

}  // namespace drover
