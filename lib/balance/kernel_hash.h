// SPDX-License-Identifier: BSD-3-Clause
// The hash functions of Linux's IPVS, so that its hashing schedulers choose here what they choose
// there.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "lib/net/address.h"

namespace drover::balance {

// An address as those schedulers take it: of IPv6 the exclusive or of its four words.
inline std::uint32_t folded(const IpAddress& address) {
  if (address.is_v4()) return address.v4().value();
  std::uint32_t words = 0;
  for (std::uint32_t i = 0; const std::uint8_t byte : address.v6().bytes())
    words ^= std::uint32_t{byte} << (24 - i++ % 4 * 8);
  return words;
}

// Fibonacci hashing: the upper 8 bits of the product with 2^32 over the golden ratio squared.
constexpr std::uint32_t hash_8_bits(std::uint32_t value) {
  return value * 0x61c88647U >> 24U;
}

// The lower half of SipHash-1-3 over the value's four bytes in little endian, both halves of whose
// key are `key`. (Linux's hsiphash on 64-bit machines.)
constexpr std::uint32_t sip_hash(std::uint32_t value, std::uint64_t key) {
  std::array<std::uint64_t, 4> v{0x736f6d6570736575U ^ key, 0x646f72616e646f6dU ^ key,
                                 0x6c7967656e657261U ^ key, 0x7465646279746573U ^ key};
  const auto round = [&v] {
    v[0] += v[1];
    v[1] = std::rotl(v[1], 13) ^ v[0];
    v[0] = std::rotl(v[0], 32);
    v[2] += v[3];
    v[3] = std::rotl(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = std::rotl(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = std::rotl(v[1], 17) ^ v[2];
    v[2] = std::rotl(v[2], 32);
  };
  const std::uint64_t block = std::uint64_t{4} << 56U | value;
  v[3] ^= block;
  round();
  v[0] ^= block;
  v[2] ^= 0xff;
  for (int i = 0; i < 3; ++i) round();
  return static_cast<std::uint32_t>(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

}  // namespace drover::balance
