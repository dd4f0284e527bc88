// SPDX-License-Identifier: BSD-3-Clause
// Of virtual services, as the clients see them.
#include <algorithm>

#include "lib/metrics/families.h"
#include "lib/metrics/family.h"
#include "lib/metrics/service_labels.h"

namespace drover::metrics {
namespace {

template <class Value>
prometheus::MetricFamily of_each(Family family, const Facts& facts, Value value) {
  for (const ServiceFacts& service : facts.services) family.add(labels_of(service), value(service));
  return family.take();
}

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      return of_each(counter("drover_service_connections_total", "Connections accepted"), facts,
                     [](const ServiceFacts& service) { return service.traffic.connections; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_service_packets_total", "Packets received from clients"),
                     facts, [](const ServiceFacts& service) { return service.traffic.packets; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_service_bytes_total",
                             "Bytes received from clients, by the length of the IP datagrams"),
                     facts, [](const ServiceFacts& service) { return service.traffic.bytes; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_service_active_connections",
                           "Connections that may carry data, as ipvsadm's ActiveConn"),
                     facts, [](const ServiceFacts& service) { return service.traffic.active; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_service_inactive_connections",
                           "Connections that are ending, and all of UDP, as ipvsadm's InActConn"),
                     facts, [](const ServiceFacts& service) { return service.traffic.inactive; });
    },
    [](const Facts& facts) {
      return of_each(
          gauge("drover_service_servers", "Servers that the service has"), facts,
          [](const ServiceFacts& service) -> std::uint64_t { return service.servers.size(); });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_service_servers_available", "Servers that get new connections"),
                     facts, [](const ServiceFacts& service) {
                       return static_cast<std::uint64_t>(
                           std::ranges::count(service.servers, true, &ServerFacts::available));
                     });
    },
};

}  // namespace

std::span<const FamilyMaker> service_families() {
  return makers;
}

}  // namespace drover::metrics
