// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "lib/config/validate.h"

namespace drover::config {

void validate_failover(Context& context, const Config& config) {
  if (!config.failover) return;
  // An id names an instance within its family (RFC 9568, section 5.2.3).
  FirstSeen<std::pair<bool, std::uint8_t>> ids;
  for (std::size_t i = 0; i < config.failover->vrrp.size(); ++i) {
    const VrrpInstance& instance = config.failover->vrrp[i];
    const auto path = fmt::format("failover.vrrp[{}]", i);
    const bool is_v6 = !instance.peers.empty() && instance.peers.front().is_v6();
    if (const auto here = context.places().sound(path + ".id"))
      if (const auto first = ids.add({is_v6, instance.id}, *here))
        context.error(*here, fmt::format("the id {} is given twice", instance.id),
                      the_first_is_at(*first));

    FirstSeen<IpAddress> peers;
    for (std::size_t j = 0; j < instance.peers.size(); ++j) {
      const auto here = context.places().sound(fmt::format("{}.peers[{}]", path, j));
      if (!here) continue;
      if (const auto first = peers.add(instance.peers[j], *here))
        context.error(*here,
                      fmt::format("the peer {} is given twice", to_string(instance.peers[j])),
                      the_first_is_at(*first));
      if (instance.peers[j].is_v6() != is_v6)
        context.error(*here, "an instance has peers of one family only",
                      "give the other family an instance of its own");
    }
  }
}

}  // namespace drover::config
