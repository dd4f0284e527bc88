// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/peer_placement.h"

namespace drover::datapath {
namespace {

class NoLoads final : public balance::Loads {
 public:
  balance::Load of(DestinationId) const override { return {}; }
};

}  // namespace

bool is_placed_alike(const IpAddress& client, std::uint16_t client_port, std::uint16_t virtual_port,
                     DestinationId destination, const VirtualService& service) {
  const NoLoads loads;
  balance::SchedulerState nothing;  // a scheduler that goes by a hash remembers nothing
  const auto pick =
      service.scheduler->pick(nothing, {.client = client,
                                        .vip = {},
                                        .client_port = client_port,
                                        .virtual_port = virtual_port,
                                        .is_tcp = service.protocol == ip_protocol::tcp,
                                        .loads = loads});
  return pick && service.candidates[service.scheduled[*pick]] == destination;
}

}  // namespace drover::datapath
