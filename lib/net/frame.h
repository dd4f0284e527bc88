// SPDX-License-Identifier: BSD-3-Clause
// Finds the headers of a frame and judges them. Reads only what is given, allocates nothing.
#pragma once

#include <cstdint>
#include <span>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover {

enum class FrameKind : std::uint8_t { other, arp, ipv4, ipv6 };

// What is wrong with a frame; one counter each in the data path.
enum class FrameFault : std::uint8_t {
  none,
  truncated,             // a header does not fit in the frame
  bad_ip_version,        // not that of the Ethernet type
  bad_ip_header_length,  // below 20, or beyond the datagram
  bad_ip_length,         // the datagram is longer than the frame or shorter than its header
  bad_ip_checksum,       // IPv4
  bad_transport_header,  // TCP data offset below 20 or beyond the datagram, UDP length likewise
  fragment_tiny,         // a first fragment without all of the transport's header (RFC 1858)
  bad_extension_header,  // IPv6: too many, beyond the datagram, or in a wrong order
};

// Offsets count from the first byte of the frame, in bytes.
struct FrameHeaders {
  FrameKind kind = FrameKind::other;
  FrameFault fault = FrameFault::none;
  std::uint8_t network_offset = 0;     // of the header behind Ethernet and at most two VLAN tags
  std::uint8_t protocol = 0;           // of the transport
  std::uint16_t transport_offset = 0;  // 0: there is none in this frame (a later fragment)
  std::uint16_t fragment_header = 0;   // which says that it is one: IPv4's, or IPv6's; 0: whole
  std::uint32_t end = 0;               // of the IP datagram; what follows is padding

  bool is_fragment() const { return fragment_header != 0; }  // first or later
  friend bool operator==(const FrameHeaders&, const FrameHeaders&) = default;
};

// `bytes` is the contiguous beginning of the frame, `frame_length` the whole frame's length (more
// than bytes.size() only where it lies in several segments). Addresses can be read whenever kind is
// ipv4 or ipv6, also with a fault.
FrameHeaders parse_frame(std::span<const std::uint8_t> bytes, std::uint32_t frame_length);

// The same for nearly every frame of a busy balancer, in line: untagged IPv4 without options, not a
// fragment, TCP, nothing wrong. False, and `headers` as it was: parse_frame is to be asked.
inline bool parse_plain_frame(std::span<const std::uint8_t> bytes, std::uint32_t frame_length,
                              FrameHeaders& headers) {
  constexpr std::size_t network = sizeof(EthernetHeader);
  constexpr std::size_t transport = network + sizeof(Ipv4Header);
  if (bytes.size() < transport + sizeof(TcpHeader)) return false;
  const auto& ip = header_at<Ipv4Header>(bytes, network);
  const unsigned in_datagram = ip.total_length.value() - unsigned{sizeof(Ipv4Header)};
  const unsigned tcp_length = header_at<TcpHeader>(bytes, transport).header_length();
  constexpr std::uint16_t fragment = Ipv4Header::more_fragments | Ipv4Header::offset_mask;
  const bool plain = header_at<EthernetHeader>(bytes, 0).type == Be16(ether_type::ipv4) &&
                     ip.version_and_length == 0x45 && ip.protocol == ip_protocol::tcp &&
                     (ip.fragment.value() & fragment) == 0 &&
                     ip.total_length.value() <= frame_length - network &&
                     tcp_length >= sizeof(TcpHeader) && tcp_length <= in_datagram &&
                     in_datagram <= UINT16_MAX && ipv4_header_checksum(ip, sizeof ip) == Be16(0);
  if (!plain) return false;
  headers = {.kind = FrameKind::ipv4,
             .fault = FrameFault::none,
             .network_offset = network,
             .protocol = ip_protocol::tcp,
             .transport_offset = transport,
             .fragment_header = 0,
             .end = static_cast<std::uint32_t>(network + ip.total_length.value())};
  return true;
}

// No host may send from it: 0/8, 127/8, multicast, 240/4 with broadcast (RFC 1122, 3.2.1.3).
constexpr bool is_martian_source(Ipv4Address source) {
  const std::uint32_t first = source.value() >> 24;
  return first == 0 || first == 127 || first >= 224;
}
// Unspecified, loopback, multicast, or an IPv4 address in disguise (RFC 4291, 2.5 and 2.7).
bool is_martian_source(const Ipv6Address& source);

}  // namespace drover
