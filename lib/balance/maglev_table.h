// SPDX-License-Identifier: BSD-3-Clause
// The look-up table of "Maglev: A Fast and Reliable Software Network Load Balancer" (NSDI
// 2016), 3.4, with weights: the heaviest backend takes every turn, one of half its weight every
// second turn.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "lib/net/address.h"

namespace drover::balance {

// Where a backend's preference list starts and how far it steps: offset in [0, size), skip in
// [1, size).
struct MaglevPreference {
  std::uint32_t offset = 0;
  std::uint32_t skip = 1;
};

struct MaglevBackend {
  std::uint64_t identity = 0;  // a hash of what names the backend on every balancer alike
  std::uint32_t weight = 1;    // 0: owns no slot
};

class MaglevTable {
 public:
  static constexpr std::uint32_t empty = UINT32_MAX;

  MaglevTable() = default;
  // `size` is a prime above the number of backends. The result does not depend on their order.
  MaglevTable(std::span<const MaglevBackend> backends, std::uint32_t size);

  // The backend's index; none when no backend has a weight.
  std::optional<std::uint32_t> look_up(std::uint64_t hash) const;
  std::span<const std::uint32_t> slots() const { return slots_; }

 private:
  std::vector<std::uint32_t> slots_;
};

// The paper's PopulateLookupTable for backends of the given weights and preferences: each in its
// turn takes its next preferred slot that is still free. Entries are indices into `preferences`.
std::vector<std::uint32_t> populate_maglev(std::span<const MaglevPreference> preferences,
                                           std::span<const std::uint32_t> weights,
                                           std::uint32_t size);
// The same, each backend taking so many slots at a time as `turns` says, not all 0.
std::vector<std::uint32_t> fill_maglev_slots(std::span<const MaglevPreference> preferences,
                                             std::span<const std::uint32_t> turns,
                                             std::uint32_t size);

// The smallest prime that is at least `least`.
std::uint32_t next_prime(std::uint32_t least);

// A hash with the same value on every balancer and in every run.
constexpr std::uint64_t stable_hash(std::uint64_t value) {
  value ^= value >> 30;  // David Stafford's mix 13 of a 64-bit value
  value *= 0xbf58476d1ce4e5b9;
  value ^= value >> 27;
  value *= 0x94d049bb133111eb;
  value ^= value >> 31;
  return value;
}

// What names a server on every balancer alike.
std::uint64_t identity_of(const IpAddress& address);

}  // namespace drover::balance
