// SPDX-License-Identifier: BSD-3-Clause
// Services that the client's tests print.
#pragma once

#include "lib/control/api_model.h"

namespace drover {

inline IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

inline api::Server sample_server(const char* address, std::uint16_t port, std::uint64_t active,
                                 std::uint64_t inactive, api::Totals totals) {
  api::Server server;
  server.name = address;
  server.address = ip(address);
  server.port = port;
  server.active = active;
  server.inactive = inactive;
  server.totals = totals;
  return server;
}

inline api::Service sample_service(const char* address, std::uint16_t port, api::Totals totals) {
  api::Service service;
  service.name = "web";
  service.protocol = "TCP";
  service.address = ip(address);
  service.port = port;
  service.scheduler = "rr";
  service.totals = totals;
  return service;
}

// One service as the reference has it: two servers, of which the second is unresolved.
inline api::Services sample_services() {
  api::Services services;
  services.version = "0.1.0";
  services.uptime_seconds = 100;
  services.capacity = 1'000'000;
  services.services = {sample_service("192.0.2.10", 80, {32, 224, 17920})};
  services.services[0].servers = {sample_server("192.0.2.21", 80, 2, 14, {16, 112, 8960}),
                                  sample_server("192.0.2.22", 80, 0, 0, {16, 112, 8960})};
  services.services[0].servers[1].state = "unresolved";
  return services;
}

}  // namespace drover
