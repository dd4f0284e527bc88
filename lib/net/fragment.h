// SPDX-License-Identifier: BSD-3-Clause
// Where a fragment lies in its datagram (RFC 791, 3.2, and RFC 8200, 4.5).
#pragma once

#include <cstdint>
#include <span>

#include "lib/net/frame.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover {

struct Fragment {
  std::uint32_t identification = 0;  // the same in all of a datagram's
  std::uint16_t offset = 0;          // bytes of the datagram's payload before it
  std::uint16_t length = 0;          // bytes of that payload in it
  bool last = false;
};

// Only if headers.is_fragment(), which an IPv6 datagram in a single fragment (RFC 6946) is not.
inline Fragment fragment_of(std::span<const std::uint8_t> frame, const FrameHeaders& headers) {
  const std::size_t at = headers.fragment_header;
  const auto length_from = [&](std::size_t data) {
    return static_cast<std::uint16_t>(headers.end - data);
  };
  if (headers.kind == FrameKind::ipv4) {
    const auto& header = header_at<Ipv4Header>(frame, at);
    const std::uint16_t field = header.fragment.value();
    return {.identification = header.identification.value(),
            .offset = static_cast<std::uint16_t>((field & Ipv4Header::offset_mask) * 8),
            .length = length_from(at + header.header_length()),
            .last = (field & Ipv4Header::more_fragments) == 0};
  }
  const auto& header = header_at<Ipv6FragmentHeader>(frame, at);
  const std::uint16_t field = header.fragment.value();
  return {.identification = header.identification.value(),
          .offset = static_cast<std::uint16_t>(field & Ipv6FragmentHeader::offset_mask),
          .length = length_from(at + sizeof header),
          .last = (field & Ipv6FragmentHeader::more_fragments) == 0};
}

// What of the transport's header every first fragment holds (FrameFault::fragment_tiny otherwise),
// in bytes. A later fragment that begins before that overlaps it.
constexpr std::uint16_t transport_header_length(std::uint8_t protocol) {
  return protocol == ip_protocol::tcp ? sizeof(TcpHeader) : sizeof(UdpHeader);
}

}  // namespace drover
