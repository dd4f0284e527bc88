// SPDX-License-Identifier: BSD-3-Clause
#include "test/harness/ipv4_frames.h"

#include <utility>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::test {
namespace {

constexpr std::size_t network = sizeof(EthernetHeader);
constexpr std::size_t transport = network + sizeof(Ipv4Header);

// After the frame's length or its IP header has changed.
void finish(Bytes& frame) {
  auto& ip = header_at<Ipv4Header>(std::span(frame), network);
  ip.total_length = static_cast<std::uint16_t>(frame.size() - network);
  ip.checksum = 0;
  ip.checksum = ipv4_header_checksum(ip);
}

}  // namespace

Bytes udp_frame(const ClientFrame& frame) {
  Bytes bytes = tcp_frame(frame);
  bytes.resize(transport);
  bytes.resize(transport + sizeof(UdpHeader) + frame.payload, 0);
  const std::span span(bytes);
  header_at<Ipv4Header>(span, network).protocol = ip_protocol::udp;
  auto& udp = header_at<UdpHeader>(span, transport);
  udp.source_port = frame.client_port;
  udp.destination_port = frame.port;
  udp.length = static_cast<std::uint16_t>(bytes.size() - transport);
  finish(bytes);
  return bytes;
}

std::array<Bytes, 2> cut(const Bytes& frame, std::uint16_t at, std::uint16_t identification) {
  const auto headers = frame.begin() + transport;
  std::array<Bytes, 2> fragments{Bytes(frame.begin(), headers + at), Bytes(frame.begin(), headers)};
  fragments[1].insert(fragments[1].end(), headers + at, frame.end());
  for (Bytes& fragment : fragments) {
    auto& ip = header_at<Ipv4Header>(std::span(fragment), network);
    ip.identification = identification;
    ip.fragment = &fragment == fragments.begin() ? Ipv4Header::more_fragments
                                                 : static_cast<std::uint16_t>(at / 8);
    finish(fragment);
  }
  return fragments;
}

Bytes answer_too_big(const Bytes& frame, Ipv4Address router) {
  Bytes bytes(frame.begin(), frame.begin() + transport);
  bytes.resize(transport + sizeof(IcmpHeader) + sizeof(Ipv4Header) + sizeof(UdpHeader), 0);
  const std::span span(bytes);
  auto& ip = header_at<Ipv4Header>(span, network);
  auto& icmp = header_at<IcmpHeader>(span, transport);
  icmp.type = IcmpHeader::unreachable;
  icmp.code = 4;
  auto& inner = header_at<Ipv4Header>(span, transport + sizeof icmp);
  inner = ip;
  std::swap(inner.source, inner.destination);
  // TCP and UDP begin with the same two ports.
  const auto& ports = header_at<UdpHeader>(std::span(frame), transport);
  auto& answer = header_at<UdpHeader>(span, transport + sizeof icmp + sizeof inner);
  answer.source_port = ports.destination_port;
  answer.destination_port = ports.source_port;
  ip.protocol = ip_protocol::icmp;
  ip.source = router.wire();
  finish(bytes);
  return bytes;
}

}  // namespace drover::test
