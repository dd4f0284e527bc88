// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/snapshot_store.h"

#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

// Tells whether a snapshot still is.
struct Watched {
  explicit Watched(std::uint64_t generation) {
    auto made = std::make_unique<Snapshot>();
    made->generation = generation;
    auto service = std::make_shared<const VirtualService>();
    alive = service;
    made->services.push_back(std::move(service));
    snapshot = std::move(made);
  }
  std::unique_ptr<const Snapshot> snapshot;
  std::weak_ptr<const VirtualService> alive;
};

}  // namespace

TEST_CASE("a snapshot is freed once every worker has turned", "[datapath]") {
  SnapshotStore store(2);
  store.online(WorkerId(0));
  store.online(WorkerId(1));
  Watched first(1);
  Watched second(2);
  store.publish(std::move(first.snapshot));
  CHECK(store.current()->generation == 1);
  store.publish(std::move(second.snapshot));
  CHECK(store.current()->generation == 2);

  CHECK(store.reclaim() == 1);
  store.quiescent(WorkerId(0));
  store.quiescent(WorkerId(0));
  CHECK(store.reclaim() == 1);
  CHECK_FALSE(first.alive.expired());
  store.quiescent(WorkerId(1));
  CHECK(store.reclaim() == 0);
  CHECK(first.alive.expired());
  CHECK_FALSE(second.alive.expired());
}

TEST_CASE("a turn before the change does not count", "[datapath]") {
  SnapshotStore store(1);
  store.online(WorkerId(0));
  store.publish(Watched(1).snapshot);
  store.quiescent(WorkerId(0));
  store.publish(Watched(2).snapshot);
  CHECK(store.reclaim() == 1);
  store.quiescent(WorkerId(0));
  CHECK(store.reclaim() == 0);
}

TEST_CASE("a worker that is offline is not waited for", "[datapath]") {
  SnapshotStore store(2);
  store.publish(Watched(1).snapshot);
  store.publish(Watched(2).snapshot);
  CHECK(store.reclaim() == 0);

  store.online(WorkerId(0));
  store.publish(Watched(3).snapshot);
  CHECK(store.reclaim() == 1);
  store.offline(WorkerId(0));
  CHECK(store.reclaim() == 0);
}

TEST_CASE("snapshots that came in quick succession are freed together", "[datapath]") {
  SnapshotStore store(1);
  store.online(WorkerId(0));
  for (std::uint64_t generation = 1; generation <= 10; ++generation)
    store.publish(Watched(generation).snapshot);
  CHECK(store.reclaim() == 9);
  store.quiescent(WorkerId(0));
  CHECK(store.reclaim() == 0);
  CHECK(store.current()->generation == 10);
}

}  // namespace drover::datapath
