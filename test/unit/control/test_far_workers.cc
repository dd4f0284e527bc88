// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/far_workers.h"
#include "test/unit/catch.h"

namespace drover::control {

TEST_CASE("a worker at another NUMA node than a port is named") {
  config::Port front;
  front.name = "front";
  config::Port back;
  back.name = "back";
  Plant plant;
  plant.ports = {{.config = &front, .numa_node = 1}, {.config = &back, .numa_node = {}}};
  plant.workers = {{.core = 3, .numa_node = 1}, {.core = 4, .numa_node = {}}};
  CHECK(far_workers(plant).empty());
  plant.workers.push_back({.core = 8, .numa_node = 0});
  CHECK(far_workers(plant) ==
        std::vector<std::string>{"worker 2 runs on core 8 of NUMA node 0, port front is at node 1: "
                                 "slower; name cores of node 1 in `workers`"});
}

}  // namespace drover::control
