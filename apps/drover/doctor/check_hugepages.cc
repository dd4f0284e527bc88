// SPDX-License-Identifier: BSD-3-Clause
// On ordinary memory droverd is slower; a PCI port needs hugepages.
#include <algorithm>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_hugepages(const Facts& facts) {
  const bool has_some =
      facts.status ? facts.status->memory.hugepages : facts.free_hugepage_megabytes > 0;
  if (has_some) return {};
  const bool needed =
      std::ranges::any_of(facts.ports, [](const Port& port) { return port.driver == "pci"; });
  return {{needed ? Severity::problem : Severity::advice,
           facts.status ? "droverd runs without hugepages"
           : needed     ? "no hugepages are free, and a PCI port needs them"
                        : "no hugepages are free: droverd would run without, slower",
           "sysctl -w vm.nr_hugepages=256, and restart droverd"}};
}

}  // namespace drover::client::doctor
