// SPDX-License-Identifier: BSD-3-Clause
// Seals a worker's records of new connections, on the worker's own thread, for the drovers that
// listen. Immutable but for the streams' counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/control/record_streams.h"
#include "lib/control/sync_names.h"
#include "lib/datapath/record_plan.h"
#include "lib/failover/sync_key.h"

namespace drover::control {

// What a sealed datagram says beside its records.
struct RecordSeal {
  struct Listener {
    std::size_t peer = 0;    // its number in the streams
    std::uint64_t boot = 0;  // its own
    friend bool operator==(const Listener&, const Listener&) = default;
  };
  std::vector<Listener> listeners;  // by the plan's way
  std::uint64_t services = 0;       // hash of the configuration
  std::shared_ptr<const SyncNames> names;
  friend bool operator==(const RecordSeal&, const RecordSeal&) = default;
};

class RecordSealer : public datapath::RecordSealer {
 public:
  // `boot` is this balancer's.
  RecordSealer(RecordSeal seal, std::uint64_t boot, const failover::SyncKey& key,
               std::shared_ptr<RecordStreams> streams)
      : seal_(std::move(seal)), boot_(boot), key_(key), streams_(std::move(streams)) {}

  Sealed seal(WorkerId worker, std::size_t way, std::span<const datapath::FlowRecord> records,
              const datapath::Snapshot& snapshot, std::span<std::uint8_t> room) const override;

 private:
  RecordSeal seal_;
  std::uint64_t boot_;
  failover::SyncKey key_;
  std::shared_ptr<RecordStreams> streams_;
};

}  // namespace drover::control
