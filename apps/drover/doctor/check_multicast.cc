// SPDX-License-Identifier: BSD-3-Clause
// VRRP without `peers` goes to a multicast group.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_multicast(const Facts& facts) {
  if (!facts.vrrp_by_multicast) return {};
  Findings findings;
  for (const Port& port : facts.ports) {
    const auto found = facts.interfaces.find(port.kernel_interface);
    if (found == facts.interfaces.end() || found->second.multicast) continue;
    findings.push_back(
        {Severity::problem,
         fmt::format("{}: multicast is off, but VRRP has no `peers` and needs it",
                     port.kernel_interface),
         fmt::format("ip link set dev {} multicast on, or name the peers: failover: {{vrrp: "
                     "[{{..., peers: [...]}}]}}",
                     port.kernel_interface)});
  }
  return findings;
}

}  // namespace drover::client::doctor
