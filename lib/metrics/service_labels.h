// SPDX-License-Identifier: BSD-3-Clause
// What names a service and a server in a metric.
#pragma once

#include "lib/metrics/facts.h"
#include "lib/metrics/family.h"

namespace drover::metrics {

inline Labels labels_of(const ServiceFacts& service) {
  return {{"service", service.name},
          {"protocol", service.protocol},
          {"address", to_string(service.address)},
          {"port", std::to_string(service.port)}};
}

inline Labels labels_of(const ServiceFacts& service, const ServerFacts& server) {
  Labels labels = labels_of(service);
  labels.push_back({"server", server.name});
  labels.push_back({"server_address", to_string(server.address)});
  return labels;
}

}  // namespace drover::metrics
