// SPDX-License-Identifier: BSD-3-Clause
// MAC addresses as words, so that two are compared at once.
#pragma once

#include <cstdint>
#include <cstring>

#include "lib/net/address.h"

namespace drover::datapath {

// The six bytes from `at` on, of which eight can be read, in the upper bytes of a word.
inline std::uint64_t mac_word(const std::uint8_t* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word << 16U;
}

// The word of none.
inline constexpr std::uint64_t no_mac = 1;

inline std::uint64_t mac_word(const MacAddress& mac) {
  std::uint64_t word = 0;
  std::memcpy(&word, &mac, sizeof mac);
  return word << 16U;
}

}  // namespace drover::datapath
