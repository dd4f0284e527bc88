// SPDX-License-Identifier: BSD-3-Clause
// Has the MAC addresses of all real servers and of the other balancers watched: those of the
// servers kept fresh by probes, those of the balancers by the kernel alone. Control thread only.
#pragma once

#include <cstddef>

#include "lib/control/neighbour_probe.h"
#include "lib/control/neighbour_table.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"

namespace drover::control {

class NeighbourWatch {
 public:
  // All of them outlive it.
  NeighbourWatch(boost::asio::io_context& loop, NeighbourTable& table, const Plant& plant,
                 const SnapshotBuilder& builder)
      : table_(table), plant_(plant), builder_(builder), probe_(loop, table) {}

  // Watches what the builder knows now, and asks for it at once.
  void follow(SnapshotBuilder::TimePoint now);
  // A removed server that the last connection has left, or whose time is over, is still watched.
  bool is_behind(SnapshotBuilder::TimePoint now) const {
    return builder_.reached_servers(now).size() != reached_;
  }

  // On the kernel's interface by which the server is reached.
  Neighbour neighbour_of(const ReachedServer& server) const;

 private:
  NeighbourTable& table_;
  const Plant& plant_;
  const SnapshotBuilder& builder_;
  NeighbourProbe probe_;
  std::size_t reached_ = 0;  // servers when follow() was last called
};

}  // namespace drover::control
