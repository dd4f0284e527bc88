// SPDX-License-Identifier: BSD-3-Clause
// Seeded 64-bit hash of a connection's key: a product with a secret number, then the CRC of its
// bytes. Each alone is linear, and leaves rows of clients or ports in few buckets; the one breaks
// up what the other keeps together. Who does not know the seed cannot choose keys that collide; it
// is no cryptographic hash.
//
// The upper half names a key's primary bucket, the lower one its secondary one; the fast path needs
// the former only.
#pragma once

#include <nmmintrin.h>

#include <cstdint>

#include "lib/flow/connection_key.h"

namespace drover::flow {

// Two random numbers, drawn once a process.
struct HashSeed {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

namespace detail {
inline std::uint64_t fold_multiply(std::uint64_t left, std::uint64_t right) {
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
}
}  // namespace detail

// What a VIP's keys are combined with by exclusive or, IPv6's client with the last two.
struct KeySecrets {
  KeySecrets(VipId vip, const HashSeed& seed)
      : key(detail::fold_multiply(vip.value() ^ seed.first, seed.second ^ 0xa0761d6478bd642fU)),
        multiplier((seed.second ^ 0xe7037ed1a0b428dbU) | 1U),
        client_first(seed.first),
        client_second(seed.second) {}

  std::uint64_t key;
  std::uint64_t multiplier;
  std::uint64_t client_first;
  std::uint64_t client_second;
};

// Of which both halves of a hash are made.
inline std::uint64_t mix(const ConnectionKeyV4::Packed& key, const KeySecrets& secrets) {
  return (key[0] ^ secrets.key) * secrets.multiplier;
}
inline std::uint64_t mix(const ConnectionKeyV6::Packed& key, const KeySecrets& secrets) {
  const std::uint64_t client =
      detail::fold_multiply(key[0] ^ secrets.client_first, key[1] ^ secrets.client_second);
  return (client ^ key[2] ^ secrets.key) * secrets.multiplier;
}

// Numbers of 32 bits.
inline std::uint64_t upper_half(std::uint64_t mixed) {
  return _mm_crc32_u64(0, mixed);
}
inline std::uint64_t lower_half(std::uint64_t mixed) {
  return _mm_crc32_u64(0, __builtin_bswap64(mixed));
}

template <class Key>
std::uint64_t hash(const Key& key, const HashSeed& seed) {
  const std::uint64_t mixed = mix(key.packed(), KeySecrets(key.vip, seed));
  return upper_half(mixed) << 32U | lower_half(mixed);
}

}  // namespace drover::flow
