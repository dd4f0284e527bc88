// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_model.h"
#include "test/unit/catch.h"

namespace drover::api {
namespace {

IpAddress ip(const char* text) {
  return *IpAddress::parse(text);
}

Services some_services() {
  Server known{.name = "nginx1",
               .address = ip("192.0.2.21"),
               .port = 80,
               .weight = 3,
               .active = 2,
               .inactive = 14,
               .totals = {16, 112, 8960},
               .mac = MacAddress::parse("02:00:00:00:00:15")};
  Server unknown{
      .name = "nginx2", .address = ip("192.0.2.22"), .port = 80, .totals = {}, .mac = {}};
  unknown.state = "unresolved";
  return {.version = "0.1.0",
          .uptime_seconds = 12.5,
          .capacity = 1'000'000,
          .timeouts = {},
          .services = {{.name = "web",
                        .protocol = "TCP",
                        .address = ip("192.0.2.10"),
                        .port = 80,
                        .scheduler = "rr",
                        .flags = {"persistent 300"},
                        .totals = {16, 112, 8960},
                        .servers = {known, unknown}}}};
}

Status some_status() {
  Status status;
  status.version = "0.1.0";
  status.node = "lb1";
  status.uptime_seconds = 86'400.25;
  status.generation = 18'446'744'073'709'551'615U;
  status.memory = {.hugepages = true, .table_pages = "1 GB hugepages"};
  status.ports = {{.name = "front",
                   .driver = "af_xdp",
                   .device = "eth0",
                   .kernel_interface = "eth0",
                   .mac = MacAddress::parse("02:00:00:00:00:01"),
                   .mtu = 1500,
                   .link = {true, 10'000},
                   .queues = 2,
                   .received = 5,
                   .sent = 4,
                   .missed = 3,
                   .errors = 2,
                   .no_mbuf = 1,
                   .host_dropped = 6,
                   .numa_node = 1}};
  status.sync = Sync{.ready = true,
                     .told = 5,
                     .peers = {{.address = *IpAddress::parse("192.0.2.12"),
                                .alive = true,
                                .seconds_ago = 0.5,
                                .dropped = {{"replayed", 2}}}}};
  status.workers = {{.id = 0,
                     .lcore = 1,
                     .core = 2,
                     .busy_ratio = 0.25,
                     .bursts = 7,
                     .sleeps = 8,
                     .numa_node = 0}};
  status.table = {1000, 17, {{"closing", 0}, {"embryonic", 4}}, 2, 3};
  status.verdicts = {{"forwarded", 100}, {"bad_length", 0}};
  status.servers = {{ip("192.0.2.21"), MacAddress::parse("02:00:00:00:00:15"), MacSource::file},
                    {ip("2001:db8::22"), std::nullopt, MacSource::unresolved}};
  status.address_conflicts = {{.vip = ip("192.0.2.10"),
                               .mac = *MacAddress::parse("02:00:00:00:00:16"),
                               .server = ip("192.0.2.22"),
                               .frames = 3,
                               .seconds_ago = 0.5},
                              {.vip = ip("192.0.2.10"),
                               .mac = *MacAddress::parse("02:00:00:00:00:99"),
                               .server = std::nullopt,
                               .frames = 1,
                               .seconds_ago = 7}};
  status.failover =
      Failover{.real_time = true,
               .held_back = "the peer's connections are not here yet",
               .stale = 1,
               .instances = {{.id = 51,
                              .family = "ipv4",
                              .version = 3,
                              .role = "backup",
                              .reason = "started",
                              .fault = "port front has no link",
                              .role_seconds = 1.5,
                              .transitions = 2,
                              .priority = 100,
                              .interval_seconds = 0.01,
                              .virtual_mac = MacAddress::parse("00:00:5e:00:01:33"),
                              .vips = {ip("192.0.2.10")},
                              .heard_seconds_ago = 0.25,
                              .sent = 3,
                              .heard = 4,
                              .unresolved = 5,
                              .announcements = 6,
                              .second_masters = 7,
                              .discarded = {{"bad_checksum", 8}},
                              .peers = {{.address = ip("192.0.2.11"),
                                         .port = "front",
                                         .mac = MacAddress::parse("02:00:00:00:00:0b"),
                                         .priority = 200,
                                         .interval_seconds = 0.01,
                                         .heard_seconds_ago = 0.25,
                                         .advertisements = 9}}}}};
  status.notes = {"one", "two"};
  return status;
}

TEST_CASE("services come back as they went") {
  const auto services = some_services();
  const auto back = decode_services(encode(services));
  REQUIRE(back);
  REQUIRE(*back == services);
}

TEST_CASE("a status comes back as it went, counters in their order") {
  const auto status = some_status();
  const auto back = decode_status(encode(status));
  REQUIRE(back);
  REQUIRE(*back == status);
}

TEST_CASE("connections come back as they went") {
  const Connection row{"TCP",
                       898,
                       "ESTABLISHED",
                       {ip("2001:db8::7"), 40001},
                       {ip("2001:db8::10"), 80},
                       {ip("2001:db8::21"), 80}};
  REQUIRE(encode(row) == R"({"protocol":"TCP","expires_seconds":898,"state":"ESTABLISHED",)"
                         R"("client":"[2001:db8::7]:40001","virtual":"[2001:db8::10]:80",)"
                         R"("server":"[2001:db8::21]:80"})");
  const auto back = decode_connection(encode(row));
  REQUIRE(back);
  REQUIRE(*back == row);
}

TEST_CASE("the JSON of services, literally") {
  auto services = some_services();
  services.services[0].servers.pop_back();
  REQUIRE(
      encode(services) ==
      R"({"version":"0.1.0","uptime_seconds":12.5,"capacity":1000000,"timeouts":{"tcp_established_seconds":0,"tcp_fin_wait_seconds":0,"udp_seconds":0},"services":[{"name":"web",)"
      R"("protocol":"TCP","address":"192.0.2.10","port":80,"scheduler":"rr",)"
      R"("flags":["persistent 300"],"totals":{"connections":16,"packets":112,"bytes":8960},)"
      R"("servers":[{"name":"nginx1","address":"192.0.2.21","port":80,"forward":"Route",)"
      R"("weight":3,"active":2,"inactive":14,"persistent":0,"upper_threshold":0,"lower_threshold":0,)"
      R"("totals":{"connections":16,"packets":112,"bytes":8960},)"
      R"("mac":"02:00:00:00:00:15","admin_state":"enabled","changed":false,"state":"up",)"
      R"("reason":"","state_seconds":0.0,"check_seconds":null}]}]})");
}

TEST_CASE("an answer of a neighbouring version is understood") {
  const auto services = decode_services(
      R"({"version":"9.0.0","new":[1],"services":[{"protocol":"TCP","address":"192.0.2.10",)"
      R"("port":443,"servers":[{"address":"192.0.2.21","state":"warming up"}]}]})");
  REQUIRE(services);
  REQUIRE(services->capacity == 0);
  REQUIRE(services->services[0].servers[0].state == "warming up");
  REQUIRE(services->services[0].servers[0].weight == 1);
}

TEST_CASE("a wrong field is named") {
  const auto where = [](const char* json) { return decode_services(json).error().where; };
  REQUIRE(where(R"({"services":[{"port":80},{"port":65536}]})") == "services[1].port");
  REQUIRE(where(R"({"services":[{"port":-1}]})") == "services[0].port");
  REQUIRE(where(R"({"services":{}})") == "services");
  REQUIRE(where(R"({"services":[{"servers":[{"address":"192.0.2"}]}]})") ==
          "services[0].servers[0].address");
  REQUIRE(where(R"({"services":[{"servers":[{"mac":7}]}]})") == "services[0].servers[0].mac");
  REQUIRE(where(R"({"uptime_seconds":"1"})") == "uptime_seconds");
  REQUIRE(where("[]").empty());
  REQUIRE(decode_status(R"({"verdicts":{"forwarded":"1"}})").error().where == "verdicts.forwarded");
  REQUIRE(decode_status(R"({"servers":[{"mac_source":"oracle"}]})").error().where ==
          "servers[0].mac_source");
  REQUIRE(decode_status(R"({"ports":[{"link":{"up":1}}]})").error().where == "ports[0].link.up");
  for (const char* endpoint : {"192.0.2.1", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:65536",
                               "192.0.2.1:80 ", "[]:80", ":80", ""})
    REQUIRE(decode_connection(R"({"client":")" + std::string(endpoint) + R"("})").error().where ==
            "client");
}

TEST_CASE("what is no JSON is an error") {
  for (const char* text : {"", "{", "nonsense", "{\"version\":\"\xff\"}"})
    REQUIRE_FALSE(decode_services(text));
  REQUIRE_FALSE(indent("{"));
  REQUIRE(*indent(R"({"a":[1]})") == "{\n  \"a\": [\n    1\n  ]\n}");
}

TEST_CASE("errors come back as they went") {
  const auto back = decode_error(encode(Error{"/v1/x", "there is no such path", "see docs"}));
  REQUIRE(back);
  REQUIRE(to_string(*back) == "/v1/x: there is no such path; see docs");
  REQUIRE_FALSE(decode_error("{}"));
  REQUIRE_FALSE(decode_error("<html>"));
}

TEST_CASE("bytes that are no UTF-8 do not stop an answer") {
  Services services = some_services();
  services.services[0].name =
      "w\xe9"
      "b";
  REQUIRE(decode_services(encode(services))->services[0].name == "w\uFFFDb");
}

}  // namespace
}  // namespace drover::api
