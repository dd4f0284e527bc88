// SPDX-License-Identifier: BSD-3-Clause
// Reads a frame's headers by words, to tell with few instructions whether it is plain. Such a frame
// is one for which parse_frame() finds the same headers, and nothing wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/net/wire.h"

namespace drover::datapath::fast_path {

// The words' bytes are as they stand on the wire, the first of them the lowest.
template <class Word>
Word load(const std::uint8_t* at) {
  Word word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

constexpr std::uint16_t wire(std::uint16_t value) {
  return __builtin_bswap16(value);
}

// Of TCP from `at` on, of which its header can be read: data offset, flags << 8.
inline unsigned tcp_word(const std::uint8_t* at) {
  return load<std::uint16_t>(at + offsetof(TcpHeader, data_offset));
}

// The header's length is neither too small nor beyond the datagram, of which so much is left.
inline bool is_plain_tcp(unsigned word, int left) {
  const int header = static_cast<int>(word >> 2U & 0x3cU);
  return header >= int{sizeof(TcpHeader)} && header <= left;
}

// What is established before it is so behind it, too.
inline bool stays_established(unsigned word) {
  constexpr unsigned decisive = TcpHeader::fin | TcpHeader::syn | TcpHeader::rst | TcpHeader::ack;
  return (word & decisive << 8U) == unsigned{TcpHeader::ack} << 8U;
}

inline bool is_plain_udp(const std::uint8_t* at, int left) {
  const int length = __builtin_bswap16(load<std::uint16_t>(at + offsetof(UdpHeader, length)));
  return length >= int{sizeof(UdpHeader)} && length <= left;
}

// By one multiplication: by the inverse of 65535 modulo 2^64.
inline bool is_multiple_of_65535(std::uint64_t value) {
  constexpr std::uint64_t inverse = 0xfffefffefffeffff;
  static_assert(inverse * 65'535 == 1);
  return value * inverse <= UINT64_MAX / 65'535;
}

// Behind an Ethernet type of IPv4, which stands right before `at`: no options, no fragment, not
// beyond the frame, of which `room` is left, the checksum right. 40 bytes can be read.
struct PlainIpv4 {
  std::uint32_t source;  // both as they stand on the wire
  std::uint32_t destination;
  std::uint32_t length;  // of the datagram
  std::uint8_t protocol;

  bool read(const std::uint8_t* at, std::uint32_t room) {
    const auto first = load<std::uint32_t>(at);
    const auto second = load<std::uint32_t>(at + 4);
    const auto third = load<std::uint32_t>(at + 8);
    source = load<std::uint32_t>(at + offsetof(Ipv4Header, source));
    destination = load<std::uint32_t>(at + offsetof(Ipv4Header, destination));
    length = __builtin_bswap16(static_cast<std::uint16_t>(first >> 16U));
    protocol = static_cast<std::uint8_t>(third >> 8U);
    // More fragments, and the offset's bits, as they stand on the wire.
    constexpr std::uint32_t fragment = 0xff3f0000;
    if ((second & fragment) != 0 || length > room) return false;
    // One's complement arithmetic is that modulo 65535 (RFC 1071), in whatever order of bytes.
    return is_multiple_of_65535(std::uint64_t{first} + second + third + source + destination);
  }
};

// Ethernet type and version, to which a header without options follows.
inline bool begins_ipv4(const std::uint8_t* at) {
  constexpr std::uint32_t type_and_version = 0x450008;
  return (load<std::uint32_t>(at - sizeof(Be16)) & 0xffffffU) == type_and_version;
}
inline bool begins_ipv6(const std::uint8_t* at) {
  constexpr std::uint32_t type_and_version = 0x60dd86;
  return (load<std::uint32_t>(at - sizeof(Be16)) & 0xf0ffffU) == type_and_version;
}

}  // namespace drover::datapath::fast_path
