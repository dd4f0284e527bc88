// SPDX-License-Identifier: BSD-3-Clause
// Where a fragment lies in its datagram (RFC 791, 3.2).
#pragma once

#include <cstdint>

#include "lib/net/wire.h"

namespace drover {

struct Fragment {
  std::uint32_t identification = 0;  // the same in all of a datagram's
  std::uint16_t offset = 0;          // bytes of the datagram's payload before it
  bool last = false;
};

inline Fragment fragment_of(const Ipv4Header& header) {
  const std::uint16_t field = header.fragment.value();
  return {.identification = header.identification.value(),
          .offset = static_cast<std::uint16_t>((field & Ipv4Header::offset_mask) * 8),
          .last = (field & Ipv4Header::more_fragments) == 0};
}

// What of the transport's header every first fragment holds (FrameFault::fragment_tiny otherwise),
// in bytes. A later fragment that begins before that overlaps it.
constexpr std::uint16_t transport_header_length(std::uint8_t protocol) {
  return protocol == ip_protocol::tcp ? sizeof(TcpHeader) : sizeof(UdpHeader);
}

}  // namespace drover
