// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/far_workers.h"

#include <fmt/format.h>

namespace drover::control {

std::vector<std::string> far_workers(const Plant& plant) {
  std::vector<std::string> sentences;
  for (const PlantPort& port : plant.ports)
    for (std::size_t id = 0; id < plant.workers.size(); ++id) {
      const PlantWorker& worker = plant.workers[id];
      if (!port.numa_node || !worker.numa_node || *port.numa_node == *worker.numa_node) continue;
      sentences.push_back(fmt::format(
          "worker {} runs on core {} of NUMA node {}, port {} is at node {}: slower; "
          "name cores of node {} in `workers`",
          id, worker.core, *worker.numa_node, port.config->name, *port.numa_node, *port.numa_node));
    }
  return sentences;
}

}  // namespace drover::control
