// SPDX-License-Identifier: BSD-3-Clause
// Network byte order as a type: a BigEndian value cannot be mixed up with a host integer.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>

namespace drover {

// Alignment 1, so that a wire struct may be laid over any byte of a frame.
template <std::unsigned_integral T>
class BigEndian {
 public:
  BigEndian() = default;
  constexpr explicit BigEndian(T host) { store(host); }

  constexpr T value() const {
    T raw = std::bit_cast<T>(bytes_);
    return swap(raw);
  }
  constexpr BigEndian& operator=(T host) {
    store(host);
    return *this;
  }

  friend constexpr bool operator==(BigEndian, BigEndian) = default;

 private:
  static constexpr T swap(T value) {
    static_assert(std::endian::native == std::endian::little);
    if constexpr (sizeof(T) == 2) return __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) return __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) return __builtin_bswap64(value);
  }
  constexpr void store(T host) {
    bytes_ = std::bit_cast<std::array<std::uint8_t, sizeof(T)>>(swap(host));
  }

  std::array<std::uint8_t, sizeof(T)> bytes_;
};

using Be16 = BigEndian<std::uint16_t>;
using Be32 = BigEndian<std::uint32_t>;

static_assert(sizeof(Be16) == 2 && alignof(Be16) == 1);
static_assert(sizeof(Be32) == 4 && alignof(Be32) == 1);

}  // namespace drover
