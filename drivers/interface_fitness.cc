// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/interface_fitness.h"

#include <fmt/format.h>

namespace drover {

Result<void> check_interface_fitness(const std::string& name, const KernelInterface& interface) {
  if (!interface.up)
    return failure(name, "this interface is down", fmt::format("ip link set dev {} up", name));
  if (interface.lro)
    return failure(name, "its large receive offload (LRO) merges frames",
                   fmt::format("ethtool -K {} lro off", name));
  if (interface.gro_hardware)
    return failure(name, "its hardware GRO merges frames",
                   fmt::format("ethtool -K {} rx-gro-hw off", name));
  return {};
}

Result<void> check_every_queue_is_polled(const std::string& name, const KernelInterface& interface,
                                         unsigned workers) {
  if (interface.queues <= workers) return {};
  return failure(name,
                 fmt::format("it spreads frames over {} queues, but {} of them would be polled",
                             interface.queues, workers),
                 fmt::format("ethtool -L {} combined {}, or configure {} workers", name, workers,
                             interface.queues));
}

}  // namespace drover
