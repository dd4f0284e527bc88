// SPDX-License-Identifier: BSD-3-Clause
// Of real servers, each once for every virtual service that it serves.
#include "lib/metrics/families.h"
#include "lib/metrics/family.h"
#include "lib/metrics/service_labels.h"

namespace drover::metrics {
namespace {

template <class Value>
prometheus::MetricFamily of_each(Family family, const Facts& facts, Value value) {
  for (const ServiceFacts& service : facts.services)
    for (const ServerFacts& server : service.servers)
      family.add(labels_of(service, server), value(server));
  return family.take();
}

template <class Add>
prometheus::MetricFamily of_each_check(Family family, const Facts& facts, Add add) {
  for (const ServiceFacts& service : facts.services)
    for (const ServerFacts& server : service.servers)
      for (const CheckFacts& check : server.checks) {
        Labels labels = labels_of(service, server);
        labels.push_back({"check", check.kind});
        add(family, std::move(labels), check);
      }
  return family.take();
}

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      return of_each(counter("drover_server_connections_total", "Connections given to the server"),
                     facts, [](const ServerFacts& server) { return server.traffic.connections; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_server_packets_total", "Packets forwarded to the server"),
                     facts, [](const ServerFacts& server) { return server.traffic.packets; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_server_bytes_total",
                             "Bytes forwarded to the server, by the length of the IP datagrams"),
                     facts, [](const ServerFacts& server) { return server.traffic.bytes; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_server_active_connections",
                           "Connections that may carry data, as ipvsadm's ActiveConn"),
                     facts, [](const ServerFacts& server) { return server.traffic.active; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_server_inactive_connections",
                           "Connections that are ending, and all of UDP, as ipvsadm's InActConn"),
                     facts, [](const ServerFacts& server) { return server.traffic.inactive; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_server_persistent_clients",
                           "Clients, or groups of them, whose connections all go to the server"),
                     facts, [](const ServerFacts& server) { return server.persistent; });
    },
    [](const Facts& facts) {
      return of_each(
          gauge("drover_server_up", "1: the server's checks hold, and its MAC address is known"),
          facts, [](const ServerFacts& server) -> std::uint64_t { return server.up ? 1 : 0; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_server_weight", "Weight that the scheduler sees; 0: drained"),
                     facts,
                     [](const ServerFacts& server) -> std::uint64_t { return server.weight; });
    },
    [](const Facts& facts) {
      return of_each_check(
          counter("drover_check_results_total", "Health checks that have come to an end"), facts,
          [](Family& family, Labels labels, const CheckFacts& check) {
            labels.push_back({"result", "good"});
            family.add(labels, check.good);
            labels.back().value = "wrong";
            family.add(labels, check.wrong);
            labels.back().value = "unreachable";
            family.add(std::move(labels), check.unreachable);
          });
    },
    [](const Facts& facts) {
      return of_each_check(histogram("drover_check_duration_seconds", "How long the checks took"),
                           facts, [](Family& family, Labels labels, const CheckFacts& check) {
                             family.add(std::move(labels), CheckFacts::bounds, check.durations,
                                        check.count(), check.seconds);
                           });
    },
};

}  // namespace

std::span<const FamilyMaker> server_families() {
  return makers;
}

}  // namespace drover::metrics
