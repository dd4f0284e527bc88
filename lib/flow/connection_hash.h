// SPDX-License-Identifier: BSD-3-Clause
// Seeded 64-bit hash of a connection's key by folded 64x64-bit multiplication (the construction of
// wyhash). Who does not know the seed cannot choose keys that collide; it is no cryptographic hash.
#pragma once

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

inline std::uint64_t hash(const ConnectionKeyV4& key, const HashSeed& seed) {
  const std::uint64_t mixed =
      detail::fold_multiply(key.packed()[0] ^ seed.first, key.vip.value() ^ seed.second);
  return detail::fold_multiply(mixed ^ seed.first, seed.second ^ 0xa0761d6478bd642fU);
}

inline std::uint64_t hash(const ConnectionKeyV6& key, const HashSeed& seed) {
  const auto words = key.packed();
  const std::uint64_t client = detail::fold_multiply(words[0] ^ seed.first, words[1] ^ seed.second);
  const std::uint64_t rest = words[2] | std::uint64_t{key.vip.value()} << 32U;
  return detail::fold_multiply(client ^ seed.second, rest ^ seed.first ^ 0xa0761d6478bd642fU);
}

}  // namespace drover::flow
