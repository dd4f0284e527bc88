// SPDX-License-Identifier: BSD-3-Clause
// Of the network ports.
#include "lib/metrics/families.h"
#include "lib/metrics/family.h"

namespace drover::metrics {
namespace {

template <class Value>
prometheus::MetricFamily of_each(Family family, const Facts& facts, Value value) {
  for (const PortFacts& port : facts.ports)
    family.add({{"interface", port.name}}, static_cast<std::uint64_t>(value(port)));
  return family.take();
}

prometheus::MetricFamily errors(const Facts& facts) {
  Family family = counter("drover_interface_errors_total",
                          "Frames that the device found damaged "
                          "or could not send");
  for (const PortFacts& port : facts.ports)
    family.add({{"interface", port.name}, {"direction", "receive"}}, port.receive_errors)
        .add({{"interface", port.name}, {"direction", "transmit"}}, port.transmit_errors);
  return family.take();
}

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      return of_each(gauge("drover_interface_up", "1: the link is up"), facts,
                     [](const PortFacts& port) { return port.link_up ? 1 : 0; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_interface_receive_frames_total", "Frames received"), facts,
                     [](const PortFacts& port) { return port.received_frames; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_interface_receive_bytes_total", "Bytes received"), facts,
                     [](const PortFacts& port) { return port.received_bytes; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_interface_transmit_frames_total", "Frames sent"), facts,
                     [](const PortFacts& port) { return port.sent_frames; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_interface_transmit_bytes_total", "Bytes sent"), facts,
                     [](const PortFacts& port) { return port.sent_bytes; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_interface_missed_frames_total",
                             "Frames that found no room in the receive queue"),
                     facts, [](const PortFacts& port) { return port.missed; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_interface_unbuffered_frames_total",
                             "Frames that found no receive buffer"),
                     facts, [](const PortFacts& port) { return port.no_buffer; });
    },
    errors,
};

}  // namespace

std::span<const FamilyMaker> port_families() {
  return makers;
}

}  // namespace drover::metrics
