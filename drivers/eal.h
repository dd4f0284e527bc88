// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment (EAL): its argument vector follows from facts, a person never types one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace drover {

struct EalSettings {
  std::vector<unsigned> worker_cpus;  // worker i is pinned to worker_cpus[i]
  std::vector<unsigned> main_cpus;    // the main thread may run on these; empty: where it may now
  std::uint64_t megabytes = 256;      // pool, tables, rings; all that is taken from DPDK's heap
  bool pci = false;                   // some port is a PCI device
  bool verbose = false;               // DPDK's information lines, too, for debugging
  std::vector<std::string> port_arguments;  // all PortDriver::eal_arguments()
};

// EAL's argv[1..], for these settings (with main_cpus).
std::vector<std::string> eal_arguments(const EalSettings& settings, bool without_hugepages);

class Eal {
 public:
  // Once a process. The calling thread becomes the main lcore and keeps its CPU affinity.
  static Result<std::unique_ptr<Eal>> start(const EalSettings& settings);

  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;
  ~Eal();  // after every port, pool and worker has gone

  bool runs_without_hugepages() const { return without_hugepages_; }
  // The lcore of worker i, for rte_eal_remote_launch().
  static unsigned worker_lcore(unsigned worker) { return worker + 1; }

 private:
  explicit Eal(bool without_hugepages) : without_hugepages_(without_hugepages) {}
  bool without_hugepages_;
};

}  // namespace drover
