// SPDX-License-Identifier: BSD-3-Clause
// IPVS's mh: by the hash of the client's address over a Maglev table of 4093 slots. A server that
// is drained keeps its slots, so that the others' clients stay where they are; when the slot's
// server may have no connection, nobody gets it; with the flag `fallback` a slot further on
// decides.
#include <algorithm>
#include <bit>
#include <numeric>

#include "lib/balance/kernel_hash.h"
#include "lib/balance/maglev_table.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

constexpr std::uint32_t size = 4'093;
constexpr std::uint64_t first_key = 2'654'435'761;
constexpr std::uint64_t second_key = 2'654'446'892;
constexpr int most_turn_bits = 6;

// How many slots in a row each server takes: by its weight, but no more than 6 bits of it.
std::vector<std::uint32_t> turns_of(std::span<const Candidate> candidates) {
  std::uint32_t divisor = 0;
  std::uint32_t most = 0;
  for (const Candidate& candidate : candidates) {
    divisor = std::gcd(divisor, candidate.last_weight);
    most = std::max(most, candidate.last_weight);
  }
  std::vector<std::uint32_t> turns;
  if (most == 0) return turns;
  const int shift = std::max(0, static_cast<int>(std::bit_width(most / divisor)) - most_turn_bits);
  for (const Candidate& candidate : candidates) {
    const std::uint32_t scaled = candidate.last_weight / divisor >> shift;
    turns.push_back(candidate.last_weight == 0 ? 0 : std::max(scaled, 1U));
  }
  return turns;
}

class MaglevHash : public StatelessScheduler {
 public:
  explicit MaglevHash(SchedulerSettings settings) : StatelessScheduler(std::move(settings)) {
    const std::vector<std::uint32_t> turns = turns_of(candidates());
    if (turns.empty()) return;
    std::vector<MaglevPreference> preferences;
    for (const Candidate& candidate : candidates()) {
      const std::uint32_t name = folded(candidate.address) + this->settings().port;
      preferences.push_back(
          {sip_hash(name, first_key) % size, sip_hash(name, second_key) % (size - 1) + 1});
    }
    slots_ = fill_maglev_slots(preferences, turns, size);
  }

 private:
  bool is_by_hash() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    if (slots_.empty()) return std::nullopt;
    const std::uint32_t port = settings().flags.port ? connection.client_port : 0U;
    const std::uint32_t client = port + folded(connection.client);
    const std::uint32_t hash = sip_hash(client, first_key) % size;
    if (usable(slots_[hash], connection)) return slots_[hash];
    if (!settings().flags.fallback) return std::nullopt;
    for (std::uint32_t offset = 0; offset < size; ++offset) {
      const std::uint32_t again = (offset + hash) % size;
      const std::uint32_t slot = slots_[sip_hash(again + client, first_key) % size];
      if (usable(slot, connection)) return slot;
    }
    return std::nullopt;
  }

  std::vector<std::uint32_t> slots_;  // empty: no server ever had a weight
};

}  // namespace

std::unique_ptr<const Scheduler> make_maglev_hash(SchedulerSettings settings) {
  return std::make_unique<MaglevHash>(std::move(settings));
}

}  // namespace drover::balance
