// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/checksum.h"

#include <bit>
#include <cstring>

namespace drover {
namespace {

std::span<const std::uint8_t> bytes_of(const auto& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

}  // namespace

void ChecksumSum::add(std::span<const std::uint8_t> bytes) {
  // Summed in the machine's order: the one's complement sum does not depend on it but for a swap of
  // the result (RFC 1071, 2 (B)).
  std::size_t i = 0;
  for (; i + 2 <= bytes.size(); i += 2) {
    std::uint16_t word = 0;
    std::memcpy(&word, bytes.data() + i, 2);
    sum_ += word;
  }
  if (i < bytes.size()) sum_ += bytes[i];
}

void ChecksumSum::add_pseudo_header(Be32 source, Be32 destination, std::uint8_t protocol,
                                    std::uint16_t length) {
  add(bytes_of(source));
  add(bytes_of(destination));
  add(bytes_of(Be16(protocol)));
  add(bytes_of(Be16(length)));
}

void ChecksumSum::add_pseudo_header(const Ipv6Address& source, const Ipv6Address& destination,
                                    std::uint8_t protocol, std::uint32_t length) {
  add(source.bytes());
  add(destination.bytes());
  add(bytes_of(Be32(length)));
  add(bytes_of(Be32(protocol)));
}

Be16 ChecksumSum::finish() const {
  std::uint64_t folded = sum_;
  while (folded >> 16 != 0) folded = (folded & 0xffff) + (folded >> 16);
  const auto native = static_cast<std::uint16_t>(~folded & 0xffff);
  return std::bit_cast<Be16>(native);
}

Be16 icmpv6_checksum(const Ipv6Header& ip, std::span<const std::uint8_t> message) {
  ChecksumSum sum;
  sum.add_pseudo_header(ip.source, ip.destination, ip_protocol::icmpv6,
                        static_cast<std::uint32_t>(message.size()));
  sum.add(message);
  return sum.finish();
}

}  // namespace drover
