// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/client_datagrams.h"

#include <utility>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::test {
namespace {

constexpr std::size_t network = sizeof(EthernetHeader);

bool is_v4(const Bytes& frame) {
  return header_at<EthernetHeader>(std::span(frame), 0).type.value() == ether_type::ipv4;
}
std::size_t transport_of(const Bytes& frame) {
  return network + (is_v4(frame) ? sizeof(Ipv4Header) : sizeof(Ipv6Header));
}
Ipv4Header& v4(Bytes& frame) {
  return header_at<Ipv4Header>(std::span(frame), network);
}
Ipv6Header& v6(Bytes& frame) {
  return header_at<Ipv6Header>(std::span(frame), network);
}

// After the frame's length or its IP header has changed.
void finish(Bytes& frame) {
  if (!is_v4(frame)) {
    v6(frame).payload_length = static_cast<std::uint16_t>(frame.size() - transport_of(frame));
    return;
  }
  auto& ip = v4(frame);
  ip.total_length = static_cast<std::uint16_t>(frame.size() - network);
  ip.checksum = 0;
  ip.checksum = ipv4_header_checksum(ip);
}

void set_protocol(Bytes& frame, std::uint8_t protocol) {
  (is_v4(frame) ? v4(frame).protocol : v6(frame).next_header) = protocol;
}

// Behind the IP header of `fragment`, which has none of the datagram's payload yet.
void mark_fragment(Bytes& fragment, std::uint16_t offset, bool more, std::uint16_t identification) {
  if (is_v4(fragment)) {
    auto& ip = v4(fragment);
    ip.identification = identification;
    ip.fragment = static_cast<std::uint16_t>(offset / 8 | (more ? Ipv4Header::more_fragments : 0));
    return;
  }
  const std::size_t at = fragment.size();
  fragment.resize(at + sizeof(Ipv6FragmentHeader), 0);
  auto& header = header_at<Ipv6FragmentHeader>(std::span(fragment), at);
  header.next_header = std::exchange(v6(fragment).next_header, ip_protocol::fragment);
  header.fragment =
      static_cast<std::uint16_t>(offset | (more ? Ipv6FragmentHeader::more_fragments : 0));
  header.identification = identification;
}

// The IP header of what a server sent, the answer to a frame with this one.
template <class Header>
void put_answered(Bytes& error, const Header& request) {
  Header answer = request;
  std::swap(answer.source, answer.destination);
  const std::size_t at = error.size();
  error.resize(at + sizeof answer, 0);
  header_at<Header>(std::span(error), at) = answer;
}

}  // namespace

Bytes udp_frame(const ClientFrame& frame) {
  Bytes bytes = tcp_frame(frame);
  const std::size_t transport = transport_of(bytes);
  bytes.resize(transport);
  bytes.resize(transport + sizeof(UdpHeader) + frame.payload, 0);
  auto& udp = header_at<UdpHeader>(std::span(bytes), transport);
  udp.source_port = frame.client_port;
  udp.destination_port = frame.port;
  udp.length = static_cast<std::uint16_t>(bytes.size() - transport);
  set_protocol(bytes, ip_protocol::udp);
  finish(bytes);
  return bytes;
}

std::array<Bytes, 2> cut(const Bytes& frame, std::uint16_t at, std::uint16_t identification) {
  const auto headers = frame.begin() + static_cast<std::ptrdiff_t>(transport_of(frame));
  std::array<Bytes, 2> fragments{Bytes(frame.begin(), headers), Bytes(frame.begin(), headers)};
  mark_fragment(fragments[0], 0, true, identification);
  mark_fragment(fragments[1], at, false, identification);
  fragments[0].insert(fragments[0].end(), headers, headers + at);
  fragments[1].insert(fragments[1].end(), headers + at, frame.end());
  for (Bytes& fragment : fragments) finish(fragment);
  return fragments;
}

Bytes answer_too_big(const Bytes& frame, const IpAddress& router) {
  const std::size_t transport = transport_of(frame);
  Bytes bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(transport));
  bytes.resize(transport + sizeof(IcmpHeader), 0);
  auto& icmp = header_at<IcmpHeader>(std::span(bytes), transport);
  icmp.type = is_v4(frame) ? IcmpHeader::unreachable : IcmpHeader::v6_packet_too_big;
  icmp.code = is_v4(frame) ? IcmpHeader::fragmentation_needed_code : std::uint8_t{0};
  if (is_v4(frame))
    put_answered(bytes, Ipv4Header(v4(bytes)));
  else
    put_answered(bytes, Ipv6Header(v6(bytes)));
  // 8 bytes of the answer; TCP and UDP begin with the same two ports.
  const auto& ports = header_at<UdpHeader>(std::span(frame), transport);
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof(UdpHeader), 0);
  auto& answer = header_at<UdpHeader>(std::span(bytes), at);
  answer.source_port = ports.destination_port;
  answer.destination_port = ports.source_port;
  set_protocol(bytes, is_v4(frame) ? ip_protocol::icmp : ip_protocol::icmpv6);
  if (router.is_v4())
    v4(bytes).source = router.v4().wire();
  else
    v6(bytes).source = router.v6();
  finish(bytes);
  return bytes;
}

Bytes tagged(const Bytes& frame, std::uint16_t vlan) {
  Bytes bytes(frame.begin(), frame.begin() + 2 * sizeof(MacAddress));
  for (const int byte : {0x81, 0x00, vlan >> 8, vlan & 0xff})
    bytes.push_back(static_cast<std::uint8_t>(byte));
  bytes.insert(bytes.end(), frame.begin() + 2 * sizeof(MacAddress), frame.end());
  return bytes;
}

}  // namespace drover::test
