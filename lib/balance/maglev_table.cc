// SPDX-License-Identifier: BSD-3-Clause
#include "lib/balance/maglev_table.h"

#include <algorithm>
#include <numeric>

namespace drover::balance {
namespace {

bool is_prime(std::uint32_t number) {
  if (number < 2) return false;
  for (std::uint64_t divisor = 2; divisor * divisor <= number; ++divisor)
    if (number % divisor == 0) return false;
  return true;
}

}  // namespace

std::vector<std::uint32_t> populate_maglev(std::span<const MaglevPreference> preferences,
                                           std::span<const std::uint32_t> weights,
                                           std::uint32_t size) {
  std::vector<std::uint32_t> slots(size, MaglevTable::empty);
  std::uint32_t divisor = 0;
  for (const std::uint32_t weight : weights) divisor = std::gcd(divisor, weight);
  if (divisor == 0) return slots;

  std::vector<std::uint32_t> next(preferences.size());
  for (std::size_t i = 0; i < preferences.size(); ++i) next[i] = preferences[i].offset;
  for (std::uint32_t filled = 0; filled < size;) {
    for (std::uint32_t i = 0; i < preferences.size() && filled < size; ++i) {
      for (std::uint32_t turn = weights[i] / divisor; turn > 0 && filled < size; --turn) {
        while (slots[next[i]] != MaglevTable::empty)
          next[i] = (next[i] + preferences[i].skip) % size;
        slots[next[i]] = i;
        ++filled;
      }
    }
  }
  return slots;
}

MaglevTable::MaglevTable(std::span<const MaglevBackend> backends, std::uint32_t size) {
  // In the order of their identities, whatever that of the file.
  std::vector<std::uint32_t> order(backends.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return backends[i].identity; });

  std::vector<MaglevPreference> preferences;
  std::vector<std::uint32_t> weights;
  for (const std::uint32_t i : order) {
    const std::uint64_t first = stable_hash(backends[i].identity);
    const std::uint64_t second = stable_hash(first + 0x9e3779b97f4a7c15);
    preferences.push_back({static_cast<std::uint32_t>(first % size),
                           static_cast<std::uint32_t>(second % (size - 1)) + 1});
    weights.push_back(backends[i].weight);
  }
  slots_ = populate_maglev(preferences, weights, size);
  for (std::uint32_t& slot : slots_)
    if (slot != empty) slot = order[slot];
}

std::optional<std::uint32_t> MaglevTable::look_up(std::uint64_t hash) const {
  if (slots_.empty()) return std::nullopt;
  const std::uint32_t slot = slots_[hash % slots_.size()];
  if (slot == empty) return std::nullopt;
  return slot;
}

std::uint32_t next_prime(std::uint32_t least) {
  while (!is_prime(least)) ++least;
  return least;
}

}  // namespace drover::balance
