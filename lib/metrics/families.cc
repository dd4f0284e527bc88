// SPDX-License-Identifier: BSD-3-Clause
#include "lib/metrics/families.h"

#include <vector>

namespace drover::metrics {

std::span<const FamilyMaker> family_makers() {
  static const std::vector<FamilyMaker> all = [] {
    std::vector<FamilyMaker> makers;
    for (const auto part :
         {daemon_families(), service_families(), server_families(), worker_families(),
          port_families(), failover_families(), sync_families()})
      makers.insert(makers.end(), part.begin(), part.end());
    return makers;
  }();
  return all;
}

}  // namespace drover::metrics
