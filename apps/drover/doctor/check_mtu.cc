// SPDX-License-Identifier: BSD-3-Clause
// A frame has one buffer.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"
#include "drivers/af_xdp/mtu.h"

namespace drover::client::doctor {

Findings check_mtu(const Facts& facts) {
  const bool hugepages =
      facts.status ? facts.status->memory.hugepages : facts.free_hugepage_megabytes > 0;
  const unsigned most = largest_af_xdp_mtu(hugepages);
  Findings findings;
  for (const Port& port : facts.ports) {
    const auto found = facts.interfaces.find(port.device);
    if (port.driver != "af_xdp" || found == facts.interfaces.end() || found->second.mtu <= most)
      continue;
    findings.push_back({Severity::problem,
                        fmt::format("{}: its MTU of {} is more than af_xdp carries", port.device,
                                    found->second.mtu),
                        fmt::format("ip link set dev {} mtu {}", port.device, most)});
  }
  return findings;
}

}  // namespace drover::client::doctor
