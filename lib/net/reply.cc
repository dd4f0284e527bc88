// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/reply.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"

namespace drover {
namespace {

constexpr std::uint8_t reply_time_to_live = 64;

void turn_ethernet(std::span<std::uint8_t> frame, const MacAddress& own_mac) {
  auto& ethernet = header_at<EthernetHeader>(frame, 0);
  ethernet.destination = ethernet.source;
  ethernet.source = own_mac;
}

// Ethernet, tags and an IPv4 header back to where `frame` came from; `length` is the datagram's.
Ipv4Header& start_ipv4_reply(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                             const MacAddress& own_mac, std::uint8_t protocol, std::size_t length,
                             std::span<std::uint8_t> out) {
  std::memcpy(out.data(), frame.data(), headers.network_offset);
  turn_ethernet(out, own_mac);
  const auto& asked = header_at<Ipv4Header>(frame, headers.network_offset);
  auto& ip = header_at<Ipv4Header>(out, headers.network_offset);
  ip = {.version_and_length = 0x45,
        .type_of_service = 0,
        .total_length = Be16(static_cast<std::uint16_t>(length)),
        .identification = Be16(0),
        .fragment = Be16(Ipv4Header::dont_fragment),
        .time_to_live = reply_time_to_live,
        .protocol = protocol,
        .checksum = Be16(0),
        .source = asked.destination,
        .destination = asked.source};
  ip.checksum = ipv4_header_checksum(ip);
  return ip;
}

// ICMP destination unreachable with this code, and what stands behind the checksum.
std::size_t write_icmp_error(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                             const MacAddress& own_mac, std::uint8_t code, std::uint32_t rest,
                             std::span<std::uint8_t, largest_reply> out) {
  const auto& refused = header_at<Ipv4Header>(frame, headers.network_offset);
  const std::size_t available = std::min<std::size_t>(frame.size(), headers.end);
  const std::size_t quoted =
      std::min<std::size_t>(refused.header_length() + 8U, available - headers.network_offset);
  const std::size_t length = sizeof(Ipv4Header) + sizeof(IcmpHeader) + quoted;
  start_ipv4_reply(frame, headers, own_mac, ip_protocol::icmp, length, out);
  const std::size_t offset = headers.network_offset + sizeof(Ipv4Header);
  auto& icmp = header_at<IcmpHeader>(out, offset);
  icmp = {};
  icmp.type = IcmpHeader::unreachable;
  icmp.code = code;
  icmp.rest = rest;
  std::memcpy(out.data() + offset + sizeof(IcmpHeader), frame.data() + headers.network_offset,
              quoted);
  ChecksumSum sum;
  sum.add(out.subspan(offset, sizeof(IcmpHeader) + quoted));
  icmp.checksum = sum.finish();
  return headers.network_offset + length;
}

}  // namespace

void make_arp_reply(std::span<std::uint8_t> frame, const FrameHeaders& headers,
                    const MacAddress& own_mac) {
  turn_ethernet(frame, own_mac);
  auto& arp = header_at<ArpMessage>(frame, headers.network_offset);
  arp.operation = ArpMessage::reply;
  std::swap(arp.sender_address, arp.target_address);
  arp.target_mac = arp.sender_mac;
  arp.sender_mac = own_mac;
}

void make_echo_reply(std::span<std::uint8_t> frame, const FrameHeaders& headers,
                     const MacAddress& own_mac) {
  turn_ethernet(frame, own_mac);
  auto& ip = header_at<Ipv4Header>(frame, headers.network_offset);
  std::swap(ip.source, ip.destination);
  ip.time_to_live = reply_time_to_live;
  ip.checksum = 0;
  ip.checksum = ipv4_header_checksum(ip);

  auto& icmp = header_at<IcmpHeader>(frame, headers.transport_offset);
  icmp.type = IcmpHeader::echo_reply;
  // HC' = ~(~HC + ~m + m') with m = 0x0800 and m' = 0 (RFC 1624, equation 3).
  std::uint32_t sum = static_cast<std::uint16_t>(~icmp.checksum.value());
  sum += static_cast<std::uint16_t>(~(IcmpHeader::echo_request << 8));
  sum = (sum & 0xffff) + (sum >> 16);
  const auto checksum = static_cast<std::uint16_t>(~sum);
  // 0 would be wrong where all else is 0; ffff says the same everywhere.
  icmp.checksum = checksum == 0 ? 0xffff : checksum;
}

bool make_tcp_reset(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                    TcpHeader& reset) {
  const auto& segment = header_at<TcpHeader>(frame, headers.transport_offset);
  if ((segment.flags & TcpHeader::rst) != 0) return false;
  reset = {};
  reset.source_port = segment.destination_port;
  reset.destination_port = segment.source_port;
  reset.data_offset = sizeof(TcpHeader) / 4 << 4;
  reset.flags = TcpHeader::rst;
  if ((segment.flags & TcpHeader::ack) != 0) {
    reset.sequence = segment.acknowledgement;
  } else {
    std::uint32_t taken = headers.end - headers.transport_offset - segment.header_length();
    taken += (segment.flags & TcpHeader::syn) != 0 ? 1 : 0;
    taken += (segment.flags & TcpHeader::fin) != 0 ? 1 : 0;
    reset.acknowledgement = segment.sequence.value() + taken;
    reset.flags |= TcpHeader::ack;
  }
  return true;
}

std::size_t write_tcp_reset(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                            const MacAddress& own_mac, std::span<std::uint8_t, largest_reply> out) {
  TcpHeader reset;
  if (!make_tcp_reset(frame, headers, reset)) return 0;
  const std::size_t length = sizeof(Ipv4Header) + sizeof(TcpHeader);
  const auto& ip = start_ipv4_reply(frame, headers, own_mac, ip_protocol::tcp, length, out);
  const std::size_t offset = headers.network_offset + sizeof(Ipv4Header);
  auto& tcp = header_at<TcpHeader>(out, offset);
  tcp = reset;
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::tcp, sizeof(TcpHeader));
  sum.add(out.subspan(offset, sizeof(TcpHeader)));
  tcp.checksum = sum.finish();
  return offset + sizeof(TcpHeader);
}

std::size_t write_unreachable(std::span<const std::uint8_t> frame, const FrameHeaders& headers,
                              const MacAddress& own_mac,
                              std::span<std::uint8_t, largest_reply> out) {
  const bool has_ports =
      headers.protocol == ip_protocol::tcp || headers.protocol == ip_protocol::udp;
  return write_icmp_error(
      frame, headers, own_mac,
      has_ports ? IcmpHeader::port_unreachable_code : IcmpHeader::protocol_unreachable_code, 0,
      out);
}

std::size_t write_fragmentation_needed(std::span<const std::uint8_t> frame,
                                       const FrameHeaders& headers, const MacAddress& own_mac,
                                       std::uint16_t mtu,
                                       std::span<std::uint8_t, largest_reply> out) {
  return write_icmp_error(frame, headers, own_mac, IcmpHeader::fragmentation_needed_code, mtu, out);
}

}  // namespace drover
