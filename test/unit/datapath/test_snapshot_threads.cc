// SPDX-License-Identifier: BSD-3-Clause
// Snapshots change while workers read them; ThreadSanitizer and AddressSanitizer watch.
#include <atomic>
#include <thread>
#include <vector>

#include "lib/datapath/snapshot_store.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr std::uint16_t workers = 3;
constexpr std::uint64_t changes = 2'000;

std::unique_ptr<const Snapshot> make(std::uint64_t generation) {
  auto snapshot = std::make_unique<Snapshot>();
  snapshot->generation = generation;
  snapshot->refusals_per_second = static_cast<std::uint32_t>(generation);
  snapshot->destinations.resize(1 + generation % 7);
  return snapshot;
}

bool is_whole(const Snapshot& snapshot) {
  return snapshot.refusals_per_second == snapshot.generation &&
         snapshot.destinations.size() == 1 + snapshot.generation % 7;
}

}  // namespace

TEST_CASE("workers see whole snapshots while they are replaced", "[datapath]") {
  SnapshotStore store(workers);
  store.publish(make(1));
  std::atomic<bool> stop{false};
  std::atomic<unsigned> bad{0};
  std::atomic<unsigned> started{0};
  std::vector<std::thread> threads;
  for (std::uint16_t i = 0; i < workers; ++i)
    threads.emplace_back([&, id = WorkerId(i)] {
      std::uint64_t seen = 0;
      store.online(id);
      started.fetch_add(1);
      while (!stop.load(std::memory_order_relaxed)) {
        const Snapshot& snapshot = *store.current();
        if (!is_whole(snapshot) || snapshot.generation < seen) bad.fetch_add(1);
        seen = snapshot.generation;
        store.quiescent(id);
      }
      store.offline(id);
    });
  while (started.load() < workers) std::this_thread::yield();
  for (std::uint64_t generation = 2; generation <= changes; ++generation) {
    store.publish(make(generation));
    if (generation % 16 == 0) std::this_thread::yield();
  }
  // All but the last goes while the workers run.
  while (store.reclaim() > 0) std::this_thread::yield();
  stop.store(true);
  for (std::thread& thread : threads) thread.join();
  CHECK(bad.load() == 0);
  CHECK(store.current()->generation == changes);
}

}  // namespace drover::datapath
