// SPDX-License-Identifier: BSD-3-Clause
// The running data path as the control thread sees it: what droverd has put together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "drivers/ethdev.h"
#include "drivers/port_driver.h"
#include "lib/config/config.h"
#include "lib/datapath/counters.h"
#include "lib/datapath/crossing.h"
#include "lib/datapath/snapshot_store.h"

struct rte_mempool;

namespace drover::control {

struct PlantPort {
  const config::Port* config = nullptr;
  PortDriver* driver = nullptr;
  const Ethdev* ethdev = nullptr;
  std::optional<unsigned> numa_node = {};  // the device's; none: not known, or it is at none
};

struct PlantWorker {
  datapath::Crossing* crossing = nullptr;
  const datapath::WorkerCounters* counters = nullptr;
  unsigned lcore = 0;
  unsigned core = 0;
  std::optional<unsigned> numa_node = {};  // the core's; none: not known
};

// Whatever it points to outlives the control loop's run.
struct Plant {
  std::vector<PlantPort> ports;      // by PortId
  std::vector<PlantWorker> workers;  // by WorkerId
  datapath::SnapshotStore* snapshots = nullptr;
  rte_mempool* mempool = nullptr;
  std::uint64_t table_capacity = 0;  // connections, all workers together
  bool hugepages = false;
  std::string table_pages;  // what the connection tables lie on: "1 GB hugepages"
};

// Of each worker's loop, by WorkerId.
std::vector<std::uint64_t> turns_of(const Plant& plant);
// Which worker has no snapshot yet, a sentence; empty when all forward.
std::string why_not_ready(const Plant& plant);

}  // namespace drover::control
