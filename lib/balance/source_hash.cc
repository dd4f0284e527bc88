// SPDX-License-Identifier: BSD-3-Clause
// IPVS's sh: by the hash of the client's address, over 256 slots that the servers fill in turn,
// each as many at a time as its weight says. When the slot's server may have no connection, nobody
// gets it; with the flag `fallback` the next slot's server does.
#include <array>

#include "lib/balance/kernel_hash.h"
#include "lib/balance/scheduler_registry.h"

namespace drover::balance {
namespace {

class SourceHash : public StatelessScheduler {
 public:
  explicit SourceHash(SchedulerSettings settings) : StatelessScheduler(std::move(settings)) {
    if (count() == 0) return;
    std::uint32_t server = 0;
    std::uint32_t filled = 0;
    for (std::uint32_t& slot : slots_) {
      slot = server;
      if (++filled < candidates()[server].weight) continue;
      server = server + 1 == count() ? 0 : server + 1;
      filled = 0;
    }
  }

 private:
  bool is_by_hash() const override { return true; }
  std::optional<std::uint32_t> pick_for(const NewConnection& connection) const override {
    if (count() == 0) return std::nullopt;
    const std::uint32_t port = settings().flags.port ? connection.client_port : 0U;
    const std::uint32_t hash = hash_8_bits(port + folded(connection.client));
    if (usable(slots_[hash], connection)) return slots_[hash];
    if (!settings().flags.fallback) return std::nullopt;
    for (std::uint32_t offset = 0; offset < slots_.size(); ++offset) {
      // IPVS adds the hash twice, in the offset that it starts from and to it.
      const std::uint32_t slot = slots_[(2 * hash + offset) % slots_.size()];
      if (usable(slot, connection)) return slot;
    }
    return std::nullopt;
  }

  std::array<std::uint32_t, 256> slots_{};
};

}  // namespace

std::unique_ptr<const Scheduler> make_source_hash(SchedulerSettings settings) {
  return std::make_unique<SourceHash>(std::move(settings));
}

}  // namespace drover::balance
