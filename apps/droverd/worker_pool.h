// SPDX-License-Identifier: BSD-3-Clause
// The workers with what they own, each on its lcore.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "drivers/eal.h"
#include "drivers/ethdev.h"
#include "lib/base/doorbell.h"
#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/plant.h"
#include "lib/datapath/worker.h"

namespace drover {

class WorkerPool {
 public:
  struct Settings {
    const config::Config& config;
    std::vector<const Ethdev*> ports;  // by PortId
    std::vector<unsigned> cores;       // one a worker
    const Eal& eal;
    datapath::SnapshotStore& snapshots;
    Doorbell& control;
    rte_mempool* mempool;
  };

  // Memory that make() takes for connection tables.
  static std::uint64_t table_megabytes(const config::Config& config);

  static Result<std::unique_ptr<WorkerPool>> make(const Settings& settings);
  ~WorkerPool();  // stops them and waits for their end
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // After a snapshot was published.
  void launch();
  std::vector<control::PlantWorker> handles() const;
  std::uint64_t table_capacity() const;  // connections, all together
  // What the connection tables lie on, for a person: "1 GB hugepages".
  std::string table_pages() const;

 private:
  struct One;
  WorkerPool() = default;
  std::vector<std::unique_ptr<One>> workers_;
  std::atomic<bool> stop_{false};
  bool launched_ = false;
};

}  // namespace drover
