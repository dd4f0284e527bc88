// SPDX-License-Identifier: BSD-3-Clause
// The packet that an ICMP error is about, of which the error carries the beginning (RFC 792).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/net/address.h"

namespace drover {

struct QuotedPacket {
  Ipv4Address source;
  Ipv4Address destination;
  std::uint8_t protocol = 0;  // TCP or UDP
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
};

// Destination unreachable (fragmentation needed among them), source quench, time exceeded: those
// that Linux IPVS, too, hands on to a real server.
bool is_icmp_error(std::uint8_t type);

// `quoted` is what follows the ICMP header. None for what has no ports: another IP version or
// protocol, a fragment but the first, a quotation that ends before them.
std::optional<QuotedPacket> read_quoted_packet(std::span<const std::uint8_t> quoted);

}  // namespace drover
