// SPDX-License-Identifier: BSD-3-Clause
// The packet that an ICMP error is about, of which the error carries the beginning (RFC 792 and
// RFC 4443).
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "lib/net/address.h"

namespace drover {

template <class Address>
struct QuotedPacket {
  Address source;
  Address destination;
  std::uint8_t protocol = 0;  // TCP or UDP
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
};

// Those that Linux IPVS, too, hands on to a real server. Destination unreachable (fragmentation
// needed among them), source quench, time exceeded; of ICMPv6 every error that RFC 4443 names.
bool is_icmp_error(std::uint8_t type);
bool is_icmpv6_error(std::uint8_t type);

// `quoted` is what follows the ICMP header. None for what has no ports: another IP version or
// protocol, a fragment but the first, a quotation that ends before them.
std::optional<QuotedPacket<Ipv4Address>> read_quoted_ipv4(std::span<const std::uint8_t> quoted);
std::optional<QuotedPacket<Ipv6Address>> read_quoted_ipv6(std::span<const std::uint8_t> quoted);

}  // namespace drover
