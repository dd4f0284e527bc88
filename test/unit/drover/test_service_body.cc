// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/service_body.h"

#include "lib/control/api_model.h"
#include "test/unit/catch.h"

namespace drover::client {
namespace {

ServiceOptions least() {
  ServiceOptions options;
  options.name = "web";
  options.address = "192.0.2.10";
  options.ports = {"80", "443"};
  options.servers = {"192.0.2.21"};
  return options;
}

std::string body(const ServiceOptions& options) {
  const auto made = service_body(options);
  REQUIRE(made);
  CHECK(api::is_json(*made));
  return *made;
}

}  // namespace

TEST_CASE("a service to add says what was given, and nothing else") {
  CHECK(body(least()) ==
        R"({"name": "web", "address": "192.0.2.10", "protocol": "tcp", "scheduler": "rr", )"
        R"("ports": [80, 443], "servers": [{"address": "192.0.2.21"}]})");
}

TEST_CASE("a check is a kind, or as the file has it") {
  ServiceOptions options = least();
  options.checks = {"tcp",
                    "{http: {path: /health, status: [200, 204-206], body: \"a \\\"b\\\"\"}, "
                    "interval: 1s, rise: 2, port: 010}"};
  const std::string made = body(options);
  INFO(made);
  CHECK(made.ends_with(
      R"("checks": [{"tcp": {}}, {"http": {"path": "/health", "status": [200, "204-206"], )"
      R"("body": "a \"b\""}, "interval": "1s", "rise": 2, "port": "010"}]})"));
  for (const char* wrong : {"[tcp]", "", "{http: "}) {
    CAPTURE(wrong);
    options.checks = {wrong};
    const auto refused = service_body(options);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().where == std::string("--check ") + wrong);
    CHECK_FALSE(refused.error().what.empty());
  }
}

TEST_CASE("health, persistence and limits of a service to add") {
  ServiceOptions options = least();
  options.ports = {"any"};
  options.persistence = "5m";
  options.mask = 24;
  options.across_ports = true;
  options.on_down = "keep";
  options.when_all_down = "all";
  options.quorum = 2;
  options.quorum_hysteresis = 1;
  options.warmup = "30s";
  options.limit = 100;
  options.deny = {"198.51.100.0/24"};
  const std::string made = body(options);
  INFO(made);
  for (const char* member :
       {R"("ports": "any")",
        R"("persistence": {"timeout": "5m", "mask": 24, "across_ports": true})",
        R"("on_down": "keep")", R"("when_all_down": "all")", R"("quorum": 2)",
        R"("quorum_hysteresis": 1)", R"("warmup": "30s")", R"("limit": {"rate": 100})",
        R"("deny": ["198.51.100.0/24"])"})
    CHECK(made.find(member) != std::string::npos);
}

}  // namespace drover::client
