// SPDX-License-Identifier: BSD-3-Clause
// The kernel's generic hook costs a copy and an skb for each frame.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_xdp_mode(const Facts& facts) {
  Findings findings;
  for (const Port& port : facts.ports) {
    const auto found = facts.interfaces.find(port.device);
    if (found == facts.interfaces.end() || found->second.xdp != Xdp::generic) continue;
    findings.push_back(
        {Severity::advice,
         fmt::format("{}: XDP runs in the kernel's generic hook, much slower than in the driver",
                     port.device),
         fmt::format("see the kernel's reason in `dmesg`, often an MTU beyond a page ({}), then "
                     "restart droverd: ip link set dev {} mtu 1500",
                     found->second.mtu, port.device)});
  }
  return findings;
}

}  // namespace drover::client::doctor
