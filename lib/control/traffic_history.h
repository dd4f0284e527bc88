// SPDX-License-Identifier: BSD-3-Clause
// A service's totals, which never go back: what a server has counted stays in them when it leaves.
// Pure.
#pragma once

#include <map>
#include <span>
#include <utility>

#include "lib/base/strong_id.h"
#include "lib/control/id_registry.h"
#include "lib/metrics/facts.h"

namespace drover::control {

class TrafficHistory {
 public:
  // Of a service whose servers count so much now; connections now are of these servers alone. What
  // a server counts between the last call with it and its leaving is missing.
  metrics::Traffic total(const ServiceKey& service,
                         std::span<const std::pair<DestinationId, metrics::Traffic>> servers);

 private:
  struct Record {
    metrics::Traffic before;                           // before counters began at 0 again
    std::map<DestinationId, metrics::Traffic> latest;  // of servers that have left, too
  };
  std::map<ServiceKey, Record> records_;
};

}  // namespace drover::control
