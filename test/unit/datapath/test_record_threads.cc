// SPDX-License-Identifier: BSD-3-Clause
// Workers seal records while control makes new sealers and tells how far the workers' streams are.
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "lib/control/record_sealer.h"
#include "lib/datapath/snapshot.h"
#include "lib/datapath/snapshot_store.h"
#include "lib/failover/sync_datagram.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr std::uint16_t workers = 2;
constexpr std::uint64_t datagrams = 20'000;  // of each worker

struct Sealers {
  std::unique_ptr<const Snapshot> snapshot(std::uint64_t peer_boot) const {
    auto names = std::make_shared<control::SyncNames>();
    names->vips.push_back({Ipv4Address(0xc000020a), config::Protocol::tcp, 0});
    auto plan = std::make_shared<RecordPlan>();
    plan->sealer = std::make_shared<control::RecordSealer>(
        control::RecordSeal{.listeners = {{.peer = 0, .boot = peer_boot}},
                            .services = 7,
                            .names = std::move(names)},
        1, key, streams);
    auto made = std::make_unique<Snapshot>();
    made->destination_details.emplace_back().address = Ipv4Address(0xc0000215);
    made->record_plan = std::move(plan);
    return made;
  }

  failover::SyncKey key{std::vector<std::uint8_t>(32, 7)};
  std::shared_ptr<control::RecordStreams> streams =
      std::make_shared<control::RecordStreams>(workers, 1);
};

// The numbers of all datagrams are one apart, whichever snapshot they were sealed with.
bool seal_all(WorkerId self, const SnapshotStore& store, const failover::SyncKey& key) {
  FlowRecord record;
  record.client = Ipv4Address(0x0a000001);
  record.state = flow::TcpState::syn_received;
  std::array<std::uint8_t, 1'400> room{};
  store.online(self);
  bool in_order = true;
  for (std::uint64_t number = 1; number <= datagrams; ++number) {
    const Snapshot& snapshot = *store.current();
    const auto sealed = snapshot.record_plan->sealer->seal(self, 0, {&record, 1}, snapshot, room);
    const auto opened = failover::unseal(std::span(room).first(sealed.length), key);
    in_order &=
        opened && opened->header.sequence == number && opened->header.stream == self.value() + 1U;
    store.quiescent(self);
  }
  store.offline(self);
  return in_order;
}

}  // namespace

TEST_CASE("workers seal records while control changes what they are sealed with", "[sync]") {
  const Sealers sealers;
  SnapshotStore store(workers);
  store.publish(sealers.snapshot(2));
  std::array<std::atomic<bool>, workers> in_order{};
  std::atomic<unsigned> ended{0};
  std::vector<std::thread> threads;
  for (std::uint16_t i = 0; i < workers; ++i)
    threads.emplace_back([&, i] {
      in_order[i] = seal_all(WorkerId(i), store, sealers.key);
      ++ended;
    });
  bool grows = true;
  std::vector<std::uint64_t> before(workers);
  for (std::uint64_t boot = 3; ended < workers; ++boot) {
    store.publish(sealers.snapshot(boot));
    store.reclaim();
    const std::vector<std::uint64_t> now = sealers.streams->sequences(0);
    for (std::size_t i = 0; i < workers; ++i) grows &= now[i] >= before[i];
    before = now;
    std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& each : in_order) CHECK(each);
  CHECK(grows);
  CHECK(sealers.streams->sequences(0) == std::vector<std::uint64_t>(workers, datagrams));
  CHECK(sealers.streams->entries(0) == workers * datagrams);
}

}  // namespace drover::datapath
