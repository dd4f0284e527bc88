// SPDX-License-Identifier: BSD-3-Clause
// What is measured.
#pragma once

#include <string>
#include <vector>

#include "bench/datapath/balancer.h"
#include "bench/datapath/traffic.h"

namespace drover::bench {

// What drover's time is set against, in the same run.
enum class Against {
  floor,
  rte_hash,
  chained_table,
  ipv4,         // drover's own time for the same mix by IPv4
  established,  // drover's own time for flows that are in the table
  no_reload,    // drover's own time without a reload every 100 ms
  no_scrape,    // ... without a scrape every second
  no_sync,      // ... without connection synchronisation
  one_worker    // ... while the other worker has nothing to do
};

std::string name_of(Against against);

struct Case {
  std::string group;  // of the report
  std::string name;
  Against against = Against::floor;
  TrafficSettings traffic;
  BalancerSettings balancer{};
  bool table_is_full = false;  // new connections find no room but by another's eviction
  // The least that the other's time over drover's has to be; 0: none is set.
  double target = 0;
};

// All of them; `most_flows` leaves the larger ones out.
std::vector<Case> cases(std::uint32_t most_flows);

}  // namespace drover::bench
