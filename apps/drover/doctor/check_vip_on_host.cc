// SPDX-License-Identifier: BSD-3-Clause
// A VIP that is the balancer's own address: its kernel answers, and nobody else gets a packet.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_vip_on_host(const Facts& facts) {
  Findings findings;
  for (const LocalAddress& local : facts.addresses)
    if (facts.vips.contains(local.address.address))
      findings.push_back(
          {Severity::problem,
           fmt::format("the VIP {} is an address of this host's {}, so its kernel answers for it",
                       to_string(local.address.address), local.interface),
           fmt::format("ip address del {} dev {}", to_string(local.address), local.interface)});
  return findings;
}

}  // namespace drover::client::doctor
