// SPDX-License-Identifier: BSD-3-Clause
// Asks every real server once a second whether its MAC address still holds (ARP, or neighbour
// solicitation) and hears its announcements. With direct routing nothing else would: no frame of a
// server's comes back to us. What is heard goes into the kernel's neighbour table and comes back
// from there (NeighbourTable::learn), so there is one truth. Control thread only.
//
// The frames are sent and read here and not left to the kernel, because the kernel needs up to
// 34 s to doubt an entry, ignores an answer within a second of the last change (locktime), and
// ignores announcements of neighbours for which it has just collected the entry.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "lib/control/neighbour_table.h"

namespace drover::control {

class NeighbourProbe {
 public:
  // `table` must outlive the probe. Nothing can fail here: sockets are opened when there is an
  // interface to open them on, again and again; what stands in the way is logged once.
  NeighbourProbe(boost::asio::io_context& loop, NeighbourTable& table);

  // Replaces the set, which must be watched by the table too. The sender of the probes is an
  // address of the interface in the server's network, never one of `virtual_addresses`; without
  // one the servers of that interface are not probed, which is logged once.
  void watch(const std::vector<Neighbour>& neighbours,
             const std::set<IpAddress>& virtual_addresses);

  NeighbourProbe(NeighbourProbe&&) noexcept;
  NeighbourProbe& operator=(NeighbourProbe&&) noexcept;
  ~NeighbourProbe();

 private:
  class Prober;
  std::unique_ptr<Prober> prober_;
};

}  // namespace drover::control
