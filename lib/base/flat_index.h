// SPDX-License-Identifier: BSD-3-Clause
// A small hash from keys to 32-bit values: made once, then only read, by any thread. Of a Key the
// function `spread_bits(key)` is found by its type; all 32 lower bits of what it returns count.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace drover {

constexpr std::uint64_t spread_bits(std::uint64_t key) {
  return (key * 0x9e3779b97f4a7c15) >> 32U;
}

template <class Key>
class FlatIndexOf {
 public:
  FlatIndexOf() : slots_(2) {}
  explicit FlatIndexOf(std::size_t expected) {
    std::size_t size = 2;
    while (size < 8 * expected + 2) size *= 2;
    slots_.resize(size);
  }

  // At most as many as were expected. A key that is there already gets the new value.
  void insert(const Key& key, std::uint32_t value) {
    std::size_t at = place_of(key);
    while (slots_[at].used && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {key, value, true};
  }

  std::optional<std::uint32_t> find(const Key& key) const {
    for (std::size_t at = place_of(key); slots_[at].used; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at].key == key) return slots_[at].value;
    return std::nullopt;
  }

  // Calls `on_key(const Key&)` for each key, in no order.
  template <class OnKey>
  void each_key(OnKey&& on_key) const {
    for (const Slot& slot : slots_)
      if (slot.used) on_key(slot.key);
  }

 private:
  struct Slot {
    Key key{};
    std::uint32_t value = 0;
    bool used = false;
  };
  std::size_t place_of(const Key& key) const {
    return static_cast<std::size_t>(spread_bits(key)) & (slots_.size() - 1);
  }

  // A power of two, at most an eighth of them used: a key that is not there mostly meets an empty
  // one at once, and always the same branch.
  std::vector<Slot> slots_;
};

using FlatIndex = FlatIndexOf<std::uint64_t>;

}  // namespace drover
