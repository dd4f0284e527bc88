// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071) and what TCP, UDP and ICMPv6 add to it.
#pragma once

#include <cstdint>
#include <span>

#include "lib/net/wire.h"

namespace drover {

// A one's complement sum in progress; add the parts in their order on the wire. Every part but the
// last must have an even length.
class ChecksumSum {
 public:
  void add(std::span<const std::uint8_t> bytes);
  // RFC 793 and RFC 8200, 8.1; `length` is that of the transport header and its payload.
  void add_pseudo_header(Be32 source, Be32 destination, std::uint8_t protocol,
                         std::uint16_t length);
  void add_pseudo_header(const Ipv6Address& source, const Ipv6Address& destination,
                         std::uint8_t protocol, std::uint32_t length);
  // What stands in the checksum field; 0 when the summed bytes already held a right checksum.
  Be16 finish() const;

 private:
  std::uint64_t sum_ = 0;
};

// Over the whole header, options included. A header with a right checksum gives 0.
Be16 ipv4_header_checksum(const Ipv4Header& header);

// Of an ICMPv6 message, from its header to its end (RFC 4443, 2.3). One with a right checksum
// gives 0.
Be16 icmpv6_checksum(const Ipv6Header& ip, std::span<const std::uint8_t> message);

}  // namespace drover
