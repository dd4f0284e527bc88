// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/packet_text.h"

#include <fmt/format.h>

#include "lib/net/address.h"
#include "lib/net/extension_headers.h"
#include "lib/net/frame.h"
#include "lib/net/header_at.h"

namespace drover {
namespace {

std::string flags_of(std::uint8_t flags) {
  std::string text;
  for (const auto& [bit, letter] : {std::pair{TcpHeader::syn, 'S'}, std::pair{TcpHeader::fin, 'F'},
                                    std::pair{TcpHeader::rst, 'R'}, std::pair{TcpHeader::psh, 'P'},
                                    std::pair{TcpHeader::ack, '.'}})
    if ((flags & bit) != 0) text += letter;
  return text.empty() ? "none" : text;
}

std::string datagram_text(const IpAddress& source, const IpAddress& destination,
                          std::uint8_t protocol, std::span<const std::uint8_t> transport) {
  if (protocol == ip_protocol::tcp && transport.size() >= sizeof(TcpHeader)) {
    const auto& header = header_at<TcpHeader>(transport, 0);
    return fmt::format("TCP {} > {} [{}]", to_string(source, header.source_port.value()),
                       to_string(destination, header.destination_port.value()),
                       flags_of(header.flags));
  }
  if (protocol == ip_protocol::udp && transport.size() >= sizeof(UdpHeader)) {
    const auto& header = header_at<UdpHeader>(transport, 0);
    return fmt::format("UDP {} > {}", to_string(source, header.source_port.value()),
                       to_string(destination, header.destination_port.value()));
  }
  const bool is_icmp = protocol == ip_protocol::icmp || protocol == ip_protocol::icmpv6;
  if (is_icmp && transport.size() >= 2)
    return fmt::format("ICMP {} > {} type {} code {}", to_string(source), to_string(destination),
                       transport[0], transport[1]);
  return fmt::format("IP {} > {} protocol {}", to_string(source), to_string(destination), protocol);
}

}  // namespace

std::string packet_text(std::span<const std::uint8_t> bytes) {
  const FrameHeaders headers = parse_frame(bytes, static_cast<std::uint32_t>(bytes.size()));
  if (bytes.size() < sizeof(EthernetHeader)) return "a frame without a header";
  const auto has = [&](std::size_t size) { return bytes.size() >= headers.network_offset + size; };
  const auto behind = [&](std::size_t length) {
    const std::size_t at = headers.network_offset + length;
    return at < bytes.size() ? bytes.subspan(at) : std::span<const std::uint8_t>();
  };
  if (headers.kind == FrameKind::ipv4 && has(sizeof(Ipv4Header))) {
    const auto& header = header_at<Ipv4Header>(bytes, headers.network_offset);
    const bool later = (header.fragment.value() & Ipv4Header::offset_mask) != 0;
    const std::string text =
        datagram_text(Ipv4Address(header.source), Ipv4Address(header.destination), header.protocol,
                      later ? std::span<const std::uint8_t>() : behind(header.header_length()));
    return headers.is_fragment() ? text + " fragment" : text;
  }
  if (headers.kind == FrameKind::ipv6 && has(sizeof(Ipv6Header))) {
    const auto& header = header_at<Ipv6Header>(bytes, headers.network_offset);
    const std::size_t end =
        headers.network_offset + sizeof(Ipv6Header) + header.payload_length.value();
    const auto chain = walk_extension_headers(bytes, headers.network_offset, end);
    const bool has_transport =
        chain.fault == ExtensionHeaders::Fault::none && !chain.later_fragment;
    const std::string text =
        datagram_text(header.source, header.destination, chain.protocol,
                      has_transport ? behind(chain.end - headers.network_offset)
                                    : std::span<const std::uint8_t>());
    return headers.is_fragment() ? text + " fragment" : text;
  }
  if (headers.kind == FrameKind::arp && has(sizeof(ArpMessage))) {
    const auto& message = header_at<ArpMessage>(bytes, headers.network_offset);
    const std::string target = to_string(Ipv4Address(message.target_address));
    const std::string sender = to_string(Ipv4Address(message.sender_address));
    return message.operation.value() == ArpMessage::request
               ? fmt::format("ARP who has {}, tell {}", target, sender)
               : fmt::format("ARP {} is at {}", sender, to_string(message.sender_mac));
  }
  return fmt::format("Ethernet type 0x{:04x}", header_at<EthernetHeader>(bytes, 0).type.value());
}

}  // namespace drover
