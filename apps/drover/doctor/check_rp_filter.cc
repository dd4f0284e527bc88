// SPDX-License-Identifier: BSD-3-Clause
// With rp_filter=1 the kernel drops the servers' answers to health checks: they come from a VIP, to
// which its own route goes by another interface.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_rp_filter(const Facts& facts) {
  Findings findings;
  for (const Port& port : facts.ports) {
    const auto found = facts.interfaces.find(port.kernel_interface);
    if (found == facts.interfaces.end() || found->second.rp_filter != 1) continue;
    for (const IpAddress& vip : facts.vips) {
      const auto way = facts.way_to.find(vip);
      if (!vip.is_v4() || (way != facts.way_to.end() && way->second == port.kernel_interface))
        continue;
      findings.push_back(
          {Severity::problem,
           fmt::format("{}: rp_filter=1 drops the answers to health checks from {}, as the route "
                       "to it is {}",
                       port.kernel_interface, to_string(vip),
                       way == facts.way_to.end() ? "missing" : "by " + way->second),
           fmt::format("sysctl -w net.ipv4.conf.{}.rp_filter=2", port.kernel_interface)});
      break;  // one is enough
    }
  }
  return findings;
}

}  // namespace drover::client::doctor
