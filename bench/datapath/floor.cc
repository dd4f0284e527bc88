// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/burst_forwarder.h"
#include "bench/datapath/traffic.h"

namespace drover::bench {

std::unique_ptr<Forwarder> make_floor(std::uint16_t ethdev) {
  const MacAddress to = server_mac(0);
  return make_burst_forwarder(ethdev, [to](std::span<rte_mbuf*> frames) {
    for (rte_mbuf* frame : frames) rewrite(frame, to, balancer_mac);
  });
}

}  // namespace drover::bench
