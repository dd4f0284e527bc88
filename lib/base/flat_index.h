// SPDX-License-Identifier: BSD-3-Clause
// A small hash from 64-bit keys to 32-bit values: made once, then only read, by any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace drover {

class FlatIndex {
 public:
  FlatIndex() : slots_(2) {}
  explicit FlatIndex(std::size_t expected) {
    std::size_t size = 2;
    while (size < 2 * expected + 2) size *= 2;
    slots_.resize(size);
  }

  // At most as many as were expected. A key that is there already gets the new value.
  void insert(std::uint64_t key, std::uint32_t value) {
    std::size_t at = place_of(key);
    while (slots_[at].used && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, value, true};
  }

  std::optional<std::uint32_t> find(std::uint64_t key) const {
    for (std::size_t at = place_of(key); slots_[at].used; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].key == key) return slots_[at].value;
    return std::nullopt;
  }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t value = 0;
    bool used = false;
  };
  std::size_t place_of(std::uint64_t key) const {
    return static_cast<std::size_t>((key * 0x9e3779b97f4a7c15) >> 32) & (slots_.size() - 1);
  }

  std::vector<Slot> slots_;  // a power of two, at most half of them used
};

}  // namespace drover
