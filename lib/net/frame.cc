// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/frame.h"

#include <algorithm>

#include "lib/net/checksum.h"
#include "lib/net/extension_headers.h"
#include "lib/net/fragment.h"
#include "lib/net/header_at.h"
#include "lib/net/vlan.h"

namespace drover {
namespace {

// Of a whole datagram or of its first fragment.
FrameFault judge_transport(std::span<const std::uint8_t> bytes, const FrameHeaders& headers) {
  const std::size_t offset = headers.transport_offset;
  const std::size_t in_datagram = headers.end - offset;
  const std::size_t end = std::min<std::size_t>(bytes.size(), headers.end);
  const std::size_t readable = end > offset ? end - offset : 0;
  const bool is_v6 = headers.kind == FrameKind::ipv6;
  if (headers.is_fragment() && in_datagram < transport_header_length(headers.protocol))
    return FrameFault::fragment_tiny;
  if (headers.protocol == (is_v6 ? ip_protocol::icmpv6 : ip_protocol::icmp))
    return readable < sizeof(IcmpHeader) ? FrameFault::truncated : FrameFault::none;
  switch (headers.protocol) {
    case ip_protocol::tcp: {
      if (readable < sizeof(TcpHeader)) return FrameFault::truncated;
      const unsigned length = header_at<TcpHeader>(bytes, offset).header_length();
      if (length < sizeof(TcpHeader)) return FrameFault::bad_transport_header;
      if (length <= in_datagram) return FrameFault::none;
      return headers.is_fragment() ? FrameFault::fragment_tiny : FrameFault::bad_transport_header;
    }
    case ip_protocol::udp: {
      if (readable < sizeof(UdpHeader)) return FrameFault::truncated;
      const std::size_t length = header_at<UdpHeader>(bytes, offset).length.value();
      const bool whole = !headers.is_fragment();
      return length < sizeof(UdpHeader) || (whole && length > in_datagram)
                 ? FrameFault::bad_transport_header
                 : FrameFault::none;
    }
    default:
      return FrameFault::none;
  }
}

void parse_ipv4(std::span<const std::uint8_t> bytes, std::uint32_t frame_length,
                FrameHeaders& headers) {
  const std::size_t offset = headers.network_offset;
  if (bytes.size() < offset + sizeof(Ipv4Header)) {
    headers.fault = FrameFault::truncated;
    return;
  }
  const auto& ip = header_at<Ipv4Header>(bytes, offset);
  const unsigned header_length = ip.header_length();
  const unsigned total_length = ip.total_length.value();
  if (ip.version() != 4) {
    headers.fault = FrameFault::bad_ip_version;
  } else if (header_length < sizeof(Ipv4Header) || header_length > total_length) {
    headers.fault = FrameFault::bad_ip_header_length;
  } else if (total_length > frame_length - offset) {
    headers.fault = FrameFault::bad_ip_length;
  } else if (bytes.size() < offset + header_length) {
    headers.fault = FrameFault::truncated;
  }
  if (headers.fault != FrameFault::none) return;

  headers.kind = FrameKind::ipv4;
  headers.protocol = ip.protocol;
  headers.end = static_cast<std::uint32_t>(offset + total_length);
  if (ipv4_header_checksum(ip) != Be16(0)) {
    headers.fault = FrameFault::bad_ip_checksum;
    return;
  }
  const std::uint16_t fragment = ip.fragment.value();
  if ((fragment & (Ipv4Header::more_fragments | Ipv4Header::offset_mask)) != 0)
    headers.fragment_header = headers.network_offset;
  if ((fragment & Ipv4Header::offset_mask) != 0) return;
  headers.transport_offset = static_cast<std::uint16_t>(offset + header_length);
  headers.fault = judge_transport(bytes, headers);
}

FrameFault fault_of(ExtensionHeaders::Fault fault) {
  return fault == ExtensionHeaders::Fault::truncated ? FrameFault::truncated
                                                     : FrameFault::bad_extension_header;
}

void parse_ipv6(std::span<const std::uint8_t> bytes, std::uint32_t frame_length,
                FrameHeaders& headers) {
  const std::size_t offset = headers.network_offset;
  if (bytes.size() < offset + sizeof(Ipv6Header)) {
    headers.fault = FrameFault::truncated;
    return;
  }
  const auto& ip = header_at<Ipv6Header>(bytes, offset);
  const std::size_t length = sizeof(Ipv6Header) + ip.payload_length.value();
  if (ip.version() != 6) {
    headers.fault = FrameFault::bad_ip_version;
    return;
  }
  headers.kind = FrameKind::ipv6;
  headers.protocol = ip.next_header;
  if (length > frame_length - offset) {
    headers.fault = FrameFault::bad_ip_length;
    return;
  }
  headers.end = static_cast<std::uint32_t>(offset + length);
  const ExtensionHeaders chain = walk_extension_headers(bytes, offset, headers.end);
  headers.protocol = chain.protocol;
  if (chain.fault != ExtensionHeaders::Fault::none) {
    headers.fault = fault_of(chain.fault);
    return;
  }
  if (chain.fragment_header != 0) {
    const auto& fragment = header_at<Ipv6FragmentHeader>(bytes, chain.fragment_header);
    const bool more = (fragment.fragment.value() & Ipv6FragmentHeader::more_fragments) != 0;
    if (more || chain.later_fragment)
      headers.fragment_header = static_cast<std::uint16_t>(chain.fragment_header);
  }
  if (chain.later_fragment) return;
  headers.transport_offset = static_cast<std::uint16_t>(chain.end);
  headers.fault = judge_transport(bytes, headers);
}

}  // namespace

FrameHeaders parse_frame(std::span<const std::uint8_t> bytes, std::uint32_t frame_length) {
  FrameHeaders headers;
  if (bytes.size() < sizeof(EthernetHeader)) {
    headers.fault = FrameFault::truncated;
    return headers;
  }
  std::uint16_t type = header_at<EthernetHeader>(bytes, 0).type.value();
  std::size_t offset = sizeof(EthernetHeader);
  for (int tags = 0; tags < 2 && is_vlan_type(type); ++tags) {
    if (bytes.size() < offset + sizeof(VlanTag)) {
      headers.fault = FrameFault::truncated;
      return headers;
    }
    type = header_at<VlanTag>(bytes, offset).type.value();
    offset += sizeof(VlanTag);
  }
  headers.network_offset = static_cast<std::uint8_t>(offset);

  if (type == ether_type::ipv4) {
    parse_ipv4(bytes, frame_length, headers);
  } else if (type == ether_type::arp) {
    headers.kind = FrameKind::arp;
    if (bytes.size() < offset + sizeof(ArpMessage)) headers.fault = FrameFault::truncated;
  } else if (type == ether_type::ipv6) {
    parse_ipv6(bytes, frame_length, headers);
  }
  return headers;
}

bool is_martian_source(const Ipv6Address& source) {
  const Ipv6Address::Bytes& bytes = source.bytes();
  if (source.is_multicast()) return true;
  if (!std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t byte) { return byte == 0; }))
    return false;
  if (bytes[10] == 0xff && bytes[11] == 0xff) return true;
  return std::all_of(bytes.begin() + 10, bytes.end() - 1,
                     [](std::uint8_t byte) { return byte == 0; }) &&
         bytes.back() <= 1;
}

}  // namespace drover
