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

class Filler {
 public:
  Filler(std::span<const MaglevPreference> preferences, std::uint32_t size)
      : preferences_(preferences), slots_(size, MaglevTable::empty), free_(size) {
    for (const MaglevPreference& preference : preferences) next_.push_back(preference.offset);
  }
  bool full() const { return free_ == 0; }
  // Not when it is full.
  void take(std::uint32_t backend) {
    std::uint32_t& next = next_[backend];
    while (slots_[next] != MaglevTable::empty)
      next = (next + preferences_[backend].skip) % static_cast<std::uint32_t>(slots_.size());
    slots_[next] = backend;
    --free_;
  }
  std::vector<std::uint32_t> slots() && { return std::move(slots_); }

 private:
  std::span<const MaglevPreference> preferences_;
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint32_t> next_;  // the slot that each backend asks for
  std::uint32_t free_;
};

}  // namespace

std::vector<std::uint32_t> populate_maglev(std::span<const MaglevPreference> preferences,
                                           std::span<const std::uint32_t> weights,
                                           std::uint32_t size) {
  Filler filler(preferences, size);
  const std::uint32_t heaviest = weights.empty() ? 0 : *std::ranges::max_element(weights);
  std::vector<std::uint64_t> credit(weights.size());
  while (heaviest > 0 && !filler.full()) {
    for (std::uint32_t i = 0; i < weights.size() && !filler.full(); ++i) {
      credit[i] += weights[i];
      if (credit[i] < heaviest) continue;
      credit[i] -= heaviest;
      filler.take(i);
    }
  }
  return std::move(filler).slots();
}

std::vector<std::uint32_t> fill_maglev_slots(std::span<const MaglevPreference> preferences,
                                             std::span<const std::uint32_t> turns,
                                             std::uint32_t size) {
  Filler filler(preferences, size);
  while (!filler.full())
    for (std::uint32_t i = 0; i < turns.size(); ++i)
      for (std::uint32_t turn = turns[i]; turn > 0 && !filler.full(); --turn) filler.take(i);
  return std::move(filler).slots();
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

std::uint64_t identity_of(const IpAddress& address) {
  if (address.is_v4()) return stable_hash(address.v4().value());
  std::uint64_t identity = 0;
  for (const std::uint8_t byte : address.v6().bytes())
    identity = stable_hash(identity << 8 ^ byte ^ identity >> 56);
  return identity;
}

std::uint32_t next_prime(std::uint32_t least) {
  while (!is_prime(least)) ++least;
  return least;
}

}  // namespace drover::balance
