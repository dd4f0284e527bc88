// SPDX-License-Identifier: BSD-3-Clause
// DPDK's environment (EAL): its argument vector follows from facts, a person never types one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace drover {

struct EalSettings {
  std::vector<unsigned> worker_cpus;  // worker i is pinned to worker_cpus[i]
  std::vector<unsigned> main_cpus;    // the main thread may run on these; empty: where it may now
  std::uint64_t megabytes = 256;      // pool, rings; all that is taken from DPDK's heap
  std::uint64_t table_megabytes = 0;  // taken from it, too, if it has hugepages
  std::optional<unsigned> numa_node = {};   // where memory is wanted
  bool pci = false;                         // some port is a PCI device
  bool verbose = false;                     // DPDK's information lines, too, for debugging
  std::vector<std::string> port_arguments;  // all PortDriver::eal_arguments()
};

// EAL's argv[1..], for these settings (with main_cpus). With hugepages memory comes from
// `numa_node` alone, if there is one.
std::vector<std::string> eal_arguments(const EalSettings& settings, bool without_hugepages);

class Eal {
 public:
  // Once a process. The calling thread becomes the main lcore and keeps its CPU affinity.
  static Result<std::unique_ptr<Eal>> start(const EalSettings& settings);

  Eal(const Eal&) = delete;
  Eal& operator=(const Eal&) = delete;
  ~Eal();  // after every port, pool and worker has gone

  bool runs_without_hugepages() const { return without_hugepages_; }
  // From which NUMA node to ask for DPDK's memory: SOCKET_ID_ANY, or the one that was wanted and
  // has enough hugepages.
  int memory_socket() const { return memory_socket_; }
  // The lcore of worker i, for rte_eal_remote_launch().
  static unsigned worker_lcore(unsigned worker) { return worker + 1; }

 private:
  Eal(bool without_hugepages, int memory_socket)
      : without_hugepages_(without_hugepages), memory_socket_(memory_socket) {}
  bool without_hugepages_;
  int memory_socket_;
};

}  // namespace drover
