// SPDX-License-Identifier: BSD-3-Clause
// The workers with what they own, each on its lcore.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

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
    datapath::SnapshotStore& snapshots;
    Doorbell& control;
    rte_mempool* mempool;
  };

  // Memory of EAL's that make() takes.
  static std::uint64_t megabytes(const config::Config& config);

  static Result<std::unique_ptr<WorkerPool>> make(const Settings& settings);
  ~WorkerPool();  // stops them and waits for their end
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // After a snapshot was published.
  void launch();
  std::vector<control::PlantWorker> handles() const;
  std::uint64_t table_capacity() const;  // connections, all together

 private:
  struct One;
  WorkerPool() = default;
  std::vector<std::unique_ptr<One>> workers_;
  std::atomic<bool> stop_{false};
  bool launched_ = false;
};

}  // namespace drover
