// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/change.h"
#include "apps/drover/connections_left.h"
#include "apps/drover/list_text.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {

TEST_CASE("names become segments of a path") {
  CHECK(server_target("192.0.2.10:80", "a b/c") == "/v1/services/192.0.2.10:80/servers/a%20b%2Fc");
  CHECK(service_target("[2001:db8::1]:80") == "/v1/services/%5B2001:db8::1%5D:80");
}

TEST_CASE("differences are a line each, with what waits and what was dropped") {
  CHECK(differences_text({.differences = {{"a.weight", "1", "3"}, {"b", std::nullopt, "{x: 1}"}},
                          .needs_restart = {"workers", "ports"},
                          .dropped = {"a sentence"},
                          .warnings = {}}) ==
        "a.weight: 1 -> 3\n"
        "b: not set -> {x: 1}\n"
        "needs a restart of droverd: workers, ports\n"
        "dropped: a sentence\n");
}

TEST_CASE("the connections left are those on all ports of the service") {
  api::Services services;
  for (const std::uint16_t port : {std::uint16_t{80}, std::uint16_t{443}}) {
    services.services.push_back(sample_service("192.0.2.10", port, {}));
    services.services.back().servers = {sample_server("192.0.2.21", port, 2, 3, {}),
                                        sample_server("192.0.2.22", port, 50, 60, {})};
  }
  services.services.push_back(sample_service("192.0.2.11", 80, {}));
  services.services.back().name = "other";
  services.services.back().servers = {sample_server("192.0.2.21", 80, 7, 7, {})};
  for (const char* service : {"web", "192.0.2.10:443"})
    CHECK(connections_left(services, service, "192.0.2.21") ==
          ConnectionsLeft{.active = 4, .inactive = 6});
  CHECK(connections_left(services, "gone", "192.0.2.21") == ConnectionsLeft{});
}

TEST_CASE("what an operator changed is marked behind the last column") {
  api::Services services = sample_services();
  services.services[0].servers[0].admin_state = "drained";
  services.services[0].servers[0].changed = true;
  CHECK(list_text(services).find(" drained changed\n") != std::string::npos);
}

}  // namespace drover::client
