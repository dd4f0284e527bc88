// SPDX-License-Identifier: BSD-3-Clause
// drover's maglev: by the hash of the connection over the Maglev paper's table, the same on every
// balancer with these servers, whatever their order. Of UDP the client's address alone counts,
// since a QUIC connection may change the client's port.
#include <algorithm>

#include "lib/balance/maglev_table.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

constexpr std::uint32_t fewest_slots = 65'537;

class Maglev : public StatelessScheduler {
 public:
  explicit Maglev(SchedulerSettings settings) : StatelessScheduler(std::move(settings)) {
    std::vector<MaglevBackend> backends;
    for (const Candidate& candidate : candidates())
      backends.push_back({identity_of(candidate.address), candidate.weight});
    table_ = MaglevTable(backends, next_prime(std::max(fewest_slots, count() + 1)));
  }

 private:
  bool is_by_hash() const override { return true; }
  bool places_errors() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    const std::uint64_t client = identity_of(connection.client);
    const std::uint64_t ports =
        connection.is_tcp ? std::uint64_t{connection.client_port} << 16U | connection.virtual_port
                          : std::uint64_t{connection.virtual_port};
    const std::uint64_t hash = stable_hash(client ^ stable_hash(ports + 1));
    const auto slots = table_.slots();
    // An overloaded server's slots go to those of the slots behind them.
    for (std::size_t offset = 0; offset < slots.size(); ++offset) {
      const auto owner = table_.look_up(hash % slots.size() + offset);
      if (!owner) return std::nullopt;
      if (usable(*owner, connection)) return owner;
    }
    return std::nullopt;
  }

  MaglevTable table_;
};

}  // namespace

std::unique_ptr<const Scheduler> make_maglev(SchedulerSettings settings) {
  return std::make_unique<Maglev>(std::move(settings));
}

}  // namespace drover::balance
