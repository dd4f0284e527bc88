// SPDX-License-Identifier: BSD-3-Clause
// The Internet checksum (RFC 1071) and what TCP, UDP and ICMPv6 add to it.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
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

// Over the whole header, options included, which is so long. A header with a right checksum gives
// 0.
inline Be16 ipv4_header_checksum(const Ipv4Header& header, unsigned length) {
  // By words of 32 bits in the machine's order (RFC 1071, 2 (B) and (C)).
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&header);
  std::uint64_t sum = 0;
  for (unsigned at = 0; at < length; at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes + at, sizeof word);
    sum += word;
  }
  sum = (sum & 0xffffU) + (sum >> 16U & 0xffffU) + (sum >> 32U);
  sum = (sum & 0xffffU) + (sum >> 16U);
  return std::bit_cast<Be16>(static_cast<std::uint16_t>(~(sum + (sum >> 16U))));
}
inline Be16 ipv4_header_checksum(const Ipv4Header& header) {
  return ipv4_header_checksum(header, header.header_length());
}

// Of an ICMPv6 message, from its header to its end (RFC 4443, 2.3). One with a right checksum
// gives 0.
Be16 icmpv6_checksum(const Ipv6Header& ip, std::span<const std::uint8_t> message);

}  // namespace drover
