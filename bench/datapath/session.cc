// SPDX-License-Identifier: BSD-3-Clause
#include "bench/datapath/session.h"

#include <fmt/format.h>

#include <stdexcept>

namespace drover::bench {

Session::Session(const BalancerSettings& balancer, const TrafficSettings& traffic)
    : settings_(traffic),
      balancer_(balancer),
      traffic_(traffic),
      others_traffic_(traffic),
      wire_(balancer_.plant().port(PortId(0)), 0) {
  introduce(balancer_);
  wire_.drain();
  for (std::uint32_t number = 0; number < settings_.flows;) {
    wire_.exchange([&](rte_mbuf* frame) {
      traffic_.write_established(frame, std::min(number++, settings_.flows - 1));
    });
    balancer_.turn();
  }
}

Run Session::balanced() {
  return [this](std::uint64_t packets) {
    const std::uint64_t before = balancer_.forwarded();
    pass(balancer_, traffic_, packets);
    if (const std::uint64_t forwarded = balancer_.forwarded() - before; forwarded < packets)
      throw std::runtime_error(
          fmt::format("of {} frames only {} went to a server", packets, forwarded));
  };
}

Run Session::through(Forwarder& forwarder) {
  return [this, &forwarder](std::uint64_t packets) { pass(forwarder, others_traffic_, packets); };
}

void Session::introduce(Forwarder& forwarder) {
  wire_.drain();
  for (std::uint32_t number = 0; number < settings_.flows;) {
    wire_.exchange([&](rte_mbuf* frame) {
      traffic_.write_opening(frame, std::min(number++, settings_.flows - 1));
    });
    forwarder.turn();
  }
}

void Session::pass(Forwarder& forwarder, Traffic& traffic, std::uint64_t packets) {
  const auto write = [&traffic](rte_mbuf* frame) { traffic.write_next(frame); };
  wire_.fill(write);
  for (std::uint64_t done = 0; done < packets; done += Wire::burst) {
    forwarder.turn();
    wire_.exchange(write);
  }
}

}  // namespace drover::bench
