// SPDX-License-Identifier: BSD-3-Clause
// IPVS's dh: by the hash of the VIP, whatever the weights. As a service has one VIP, one server
// gets all; when that may have no connection, nobody gets it.
#include "lib/balance/kernel_hash.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class DestinationHash : public StatelessScheduler {
  using StatelessScheduler::StatelessScheduler;

  bool is_by_hash() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    if (count() == 0) return std::nullopt;
    const std::uint32_t index = hash_8_bits(folded(connection.vip)) % count();
    if (!usable(index, connection)) return std::nullopt;
    return index;
  }
};

}  // namespace

std::unique_ptr<const Scheduler> make_destination_hash(SchedulerSettings settings) {
  return std::make_unique<DestinationHash>(std::move(settings));
}

}  // namespace drover::balance
