// SPDX-License-Identifier: BSD-3-Clause
// IPVS's lblcr: as lblc, but a busy server gets company: to the one of a set of servers with the
// fewest connections for its weight. When that is busy, the least loaded of all joins the set; when
// the set has not changed for a day, its most loaded one leaves.
#include <array>

#include "lib/balance/least_loaded.h"
#include "lib/balance/locality.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

// The newest first. One beyond the capacity is used but not remembered.
struct ServerSet : SchedulerState {
  explicit ServerSet(std::uint32_t) {}

  static constexpr std::size_t capacity = 128;
  std::array<IpAddress, capacity> addresses;
  std::size_t size = 0;
  std::uint64_t changed = 0;
  std::uint64_t used = 0;

  std::span<const IpAddress> members() const { return {addresses.data(), size}; }
  void insert(const IpAddress& address, std::uint64_t now) {
    if (size == capacity || std::ranges::find(members(), address) != members().end()) return;
    std::copy_backward(addresses.begin(), addresses.begin() + size, addresses.begin() + size + 1);
    addresses[0] = address;
    ++size;
    changed = now;
  }
  void erase(std::size_t at, std::uint64_t now) {
    std::copy(addresses.begin() + at + 1, addresses.begin() + size, addresses.begin() + at);
    --size;
    changed = now;
  }
};

class LocalityWithReplication : public SchedulerWithState<ServerSet> {
  using SchedulerWithState::SchedulerWithState;

  bool needs_loads() const override { return true; }
  std::optional<std::uint32_t> pick_next(ServerSet& set,
                                         const NewConnection& connection) const override {
    if (connection.now - set.used >= locality_expiry) set.size = 0;
    set.used = connection.now;
    const auto member = least_of(set, connection);
    if (set.size > 1 && connection.now - set.changed > locality_expiry)
      set.erase(most_of(set, connection), connection.now);
    if (member && !is_busy(candidates(), *member, connection.loads)) return member;

    const auto index = least_loaded(candidates(), connection.loads, overhead);
    if (index) set.insert(candidates()[*index].address, connection.now);
    return index;
  }

  WeighedCost cost(std::uint32_t index, const NewConnection& connection) const {
    return {overhead(load(index, connection)), candidates()[index].weight};
  }

  std::optional<std::uint32_t> least_of(const ServerSet& set,
                                        const NewConnection& connection) const {
    std::optional<std::uint32_t> best;
    for (const IpAddress& address : set.members()) {
      const auto index = index_of(candidates(), address);
      if (!index || !usable(*index, connection)) continue;
      if (!best || cost(*index, connection).is_below(cost(*best, connection))) best = index;
    }
    return best;
  }

  // The place in the set of one that is a server no more, else of the most loaded.
  std::size_t most_of(const ServerSet& set, const NewConnection& connection) const {
    std::optional<std::size_t> most;
    WeighedCost highest;
    for (std::size_t place = 0; place < set.size; ++place) {
      const auto index = index_of(candidates(), set.addresses[place]);
      if (!index) return place;
      if (candidates()[*index].weight == 0) continue;
      const WeighedCost its = cost(*index, connection);
      if (most && !highest.is_below(its)) continue;
      most = place;
      highest = its;
    }
    return most.value_or(set.size - 1);
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_locality_with_replication(SchedulerSettings settings) {
  return std::make_unique<LocalityWithReplication>(std::move(settings));
}

}  // namespace drover::balance
