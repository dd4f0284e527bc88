// SPDX-License-Identifier: BSD-3-Clause
// Tells at once of nearly every client's address that nothing is wrong with it. Part of a snapshot:
// made once, then only read.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/net/address.h"

namespace drover::datapath {

class SourceScreen {
 public:
  // Every packet from such an address is to be looked at more closely from now on.
  void suspect(Ipv4Address address) {
    const Be32 wire = address.wire();
    v4_[place_of(reinterpret_cast<const std::uint8_t*>(&wire))] = 1;
  }
  void suspect(const Ipv6Address& address) {
    v6_[place_of(address) / 64] |= std::uint64_t{1} << place_of(address) % 64;
  }
  // The addresses that no host may have: 0/8, 127/8, 224/3.
  void suspect_martians() {
    for (std::uint32_t first = 0; first < 256; ++first)
      if (first == 0 || first == 127 || first >= 224)
        for (std::uint32_t second = 0; second < 256; ++second)
          suspect(Ipv4Address(first << 24U | second << 16U));
  }

  // False: it is neither a martian nor one of those that were named. True: it may be one.
  bool is_suspect(Be32 source) const {
    return suspicion(reinterpret_cast<const std::uint8_t*>(&source)) != 0;
  }
  // The same as a number, of the IPv4 address from `at` on.
  std::uint8_t suspicion(const std::uint8_t* at) const { return v4_[place_of(at)]; }
  bool is_suspect(const Ipv6Address& source) const {
    // Where IPv6's martians are: ::/16 and ff00::/8.
    const std::uint8_t first = source.bytes()[0];
    return first == 0 || first == 0xff ||
           (v6_[place_of(source) / 64] >> place_of(source) % 64 & 1U) != 0;
  }

 private:
  static constexpr std::size_t places = 65'536;

  // IPv4: its network of 16 bits, as its bytes stand on the wire.
  static std::size_t place_of(const std::uint8_t* at) {
    std::uint16_t network = 0;
    std::memcpy(&network, at, sizeof network);
    return network;
  }
  static std::size_t place_of(const Ipv6Address& address) { return spread_bits(address) % places; }

  // Bytes, which are read with one instruction; and bits.
  std::array<std::uint8_t, places> v4_{};
  std::array<std::uint64_t, places / 64> v6_{};
};

}  // namespace drover::datapath
