// SPDX-License-Identifier: BSD-3-Clause
// Four words of 32 bits, one of each of four frames: what the instructions of x86-64-v2 do with
// them at once, beside what compilers know themselves of such vectors.
#pragma once

#include <smmintrin.h>

#include <cstdint>
#include <cstring>

namespace drover::datapath::fast_path {

using Words [[gnu::vector_size(16)]] = std::uint32_t;

constexpr Words all_words(std::uint32_t word) {
  return Words{word, word, word, word};
}

// 16 bytes from any address on.
inline Words load_words(const void* at) {
  return reinterpret_cast<Words>(_mm_loadu_si128(static_cast<const __m128i*>(at)));
}
// To an address that is a multiple of 16.
inline void store_words(void* at, Words words) {
  _mm_store_si128(static_cast<__m128i*>(at), reinterpret_cast<__m128i>(words));
}

inline bool any_bit(Words words) {
  const auto bits = reinterpret_cast<__m128i>(words);
  return _mm_testz_si128(bits, bits) == 0;
}

// Of each word the upper 16 bits and the lower ones added, both as signed numbers.
inline Words add_halves(Words words) {
  return reinterpret_cast<Words>(
      _mm_madd_epi16(reinterpret_cast<__m128i>(words), _mm_set1_epi16(1)));
}

// Of each word the big-endian number in its upper 16 bits.
inline Words upper_number(Words words) {
  const __m128i places = _mm_setr_epi8(3, 2, -1, -1, 7, 6, -1, -1, 11, 10, -1, -1, 15, 14, -1, -1);
  return reinterpret_cast<Words>(_mm_shuffle_epi8(reinterpret_cast<__m128i>(words), places));
}

inline Words larger(Words left, Words right) {
  return reinterpret_cast<Words>(
      _mm_max_epu32(reinterpret_cast<__m128i>(left), reinterpret_cast<__m128i>(right)));
}
inline Words smaller(Words left, Words right) {
  return reinterpret_cast<Words>(
      _mm_min_epu32(reinterpret_cast<__m128i>(left), reinterpret_cast<__m128i>(right)));
}

// Four numbers of 16 bits, from any address on.
inline Words load_numbers(const std::uint16_t* at) {
  return reinterpret_cast<Words>(
      _mm_cvtepu16_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(at))));
}

// A bit for each word whose highest bit is set.
inline unsigned highest_bits(Words words) {
  return static_cast<unsigned>(_mm_movemask_ps(reinterpret_cast<__m128>(words)));
}

// left[0], right[0], left[1], right[1]; and the others.
inline Words interleave_first(Words left, Words right) {
  return __builtin_shufflevector(left, right, 0, 4, 1, 5);
}
inline Words interleave_last(Words left, Words right) {
  return __builtin_shufflevector(left, right, 2, 6, 3, 7);
}

// The words at the same place in 16 bytes of each of four frames.
struct Columns {
  Words at[4];

  Columns(const std::uint8_t* const* frames, std::size_t offset) {
    const Words first = load_words(frames[0] + offset);
    const Words second = load_words(frames[1] + offset);
    const Words third = load_words(frames[2] + offset);
    const Words fourth = load_words(frames[3] + offset);
    const Words upper_left = interleave_first(first, second);
    const Words upper_right = interleave_first(third, fourth);
    const Words lower_left = interleave_last(first, second);
    const Words lower_right = interleave_last(third, fourth);
    at[0] = __builtin_shufflevector(upper_left, upper_right, 0, 1, 4, 5);
    at[1] = __builtin_shufflevector(upper_left, upper_right, 2, 3, 6, 7);
    at[2] = __builtin_shufflevector(lower_left, lower_right, 0, 1, 4, 5);
    at[3] = __builtin_shufflevector(lower_left, lower_right, 2, 3, 6, 7);
  }
};

// The two words at the same place in each of four frames.
struct ColumnPair {
  Words first;
  Words second;

  ColumnPair(const std::uint8_t* const* frames, std::size_t offset) {
    const Words upper = two_of(frames[0] + offset, frames[1] + offset);
    const Words lower = two_of(frames[2] + offset, frames[3] + offset);
    first = __builtin_shufflevector(upper, lower, 0, 2, 4, 6);
    second = __builtin_shufflevector(upper, lower, 1, 3, 5, 7);
  }

 private:
  static Words two_of(const std::uint8_t* left, const std::uint8_t* right) {
    const __m128 lower = _mm_castsi128_ps(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(left)));
    return reinterpret_cast<Words>(_mm_loadh_pi(lower, reinterpret_cast<const __m64*>(right)));
  }
};

// The word at the same place in each of four frames.
inline Words column(const std::uint8_t* const* frames, std::size_t offset) {
  Words words{};
  for (int i = 0; i < 4; ++i) std::memcpy(&words[i], frames[i] + offset, sizeof(std::uint32_t));
  return words;
}

}  // namespace drover::datapath::fast_path
