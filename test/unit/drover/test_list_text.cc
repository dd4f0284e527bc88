// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/list_text.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

TEST_CASE("list, as ipvsadm -Ln prints it, trailing blanks included") {
  auto services = sample_services();
  services.services[0].servers.pop_back();
  REQUIRE(list_text(services) ==
          "IP Virtual Server version 0.1.0 (size=1000000)\n"
          "Prot LocalAddress:Port Scheduler Flags\n"
          "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
          "TCP  192.0.2.10:80 rr\n"
          "  -> 192.0.2.21:80                Route   1      2          14        \n");
}

TEST_CASE("a state other than up stands behind the last column") {
  const auto text = list_text(sample_services());
  REQUIRE(text.ends_with(
      "  -> 192.0.2.21:80                Route   1      2          14        \n"
      "  -> 192.0.2.22:80                Route   1      0          0          unresolved\n"));
}

TEST_CASE("flags, IPv6 and wide numbers keep ipvsadm's columns") {
  auto services = sample_services();
  services.services = {sample_service("2001:db8::10", 443, {})};
  services.services[0].flags = {"persistent 300", "mask 255.255.255.0"};
  services.services[0].servers = {
      sample_server("2001:db8:1234:5678:9abc:def0:1234:5678", 443, 12'345'678'901, 0, {})};
  services.services[0].servers[0].weight = 65'535;
  REQUIRE(list_text(services).ends_with(
      "TCP  [2001:db8::10]:443 rr persistent 300 mask 255.255.255.0\n"
      "  -> [2001:db8:1234:5678:9abc:def0:1234:5678]:443 Route   65535  12345678901 0         \n"));
}

TEST_CASE("no service: the header alone") {
  REQUIRE(list_text({}) ==
          "IP Virtual Server version  (size=0)\n"
          "Prot LocalAddress:Port Scheduler Flags\n"
          "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n");
}

TEST_CASE("--stats, as ipvsadm prints it") {
  auto services = sample_services();
  services.services[0].servers.pop_back();
  services.services[0].servers[0].totals = {123'456'789, 1'234'567'890, 123'456'789'012};
  REQUIRE(stats_text(services) ==
          "IP Virtual Server version 0.1.0 (size=1000000)\n"
          "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
          "  -> RemoteAddress:Port\n"
          "TCP  192.0.2.10:80                      32      224        0    17920        0\n"
          "  -> 192.0.2.21:80                 123456K    1234M        0     123G        0\n");
}

TEST_CASE("--rate, as ipvsadm prints it") {
  const auto before = sample_services();
  auto after = before;
  after.uptime_seconds += 2;
  after.services[0].totals.connections += 8;
  after.services[0].totals.packets += 56;
  after.services[0].totals.bytes += 4480;
  after.services[0].servers[0].totals.connections += 7;
  REQUIRE(rate_text(after, Rates(before, after)) ==
          "IP Virtual Server version 0.1.0 (size=1000000)\n"
          "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
          "  -> RemoteAddress:Port\n"
          "TCP  192.0.2.10:80                       4       28        0     2240        0\n"
          "  -> 192.0.2.21:80                       4        0        0        0        0\n"
          "  -> 192.0.2.22:80                       0        0        0        0        0\n");
}

TEST_CASE("connections, as ipvsadm -Lnc prints them") {
  REQUIRE(connections_header() ==
          "IPVS connection entries\n"
          "pro expire state       source             virtual            destination\n");
  const api::Connection row{"TCP",
                            898,
                            "ESTABLISHED",
                            {ip("198.51.100.7"), 40001},
                            {ip("192.0.2.10"), 80},
                            {ip("192.0.2.21"), 80}};
  REQUIRE(connection_line(row) ==
          "TCP 14:58  ESTABLISHED 198.51.100.7:40001 192.0.2.10:80      192.0.2.21:80\n");
  const api::Connection other{"TCP",
                              6001,
                              "FIN_WAIT",
                              {ip("2001:db8::7"), 1},
                              {ip("2001:db8::10"), 80},
                              {ip("2001:db8::21"), 80}};
  REQUIRE(connection_line(other) ==
          "TCP 100:01 FIN_WAIT    [2001:db8::7]:1    [2001:db8::10]:80  [2001:db8::21]:80\n");
}

TEST_CASE("the order is ipvsadm's") {
  api::Services services;
  services.services = {sample_service("2001:db8::10", 80, {}),
                       sample_service("192.0.2.10", 443, {}), sample_service("192.0.2.9", 53, {}),
                       sample_service("192.0.2.10", 80, {})};
  services.services[2].protocol = "UDP";
  services.services[3].servers = {sample_server("192.0.2.200", 80, 0, 0, {}),
                                  sample_server("192.0.2.3", 80, 0, 0, {})};
  sort_like_ipvsadm(services);
  std::vector<std::string> order;
  for (const auto& service : services.services)
    order.push_back(service.protocol + " " + to_string(service.address, service.port));
  REQUIRE(order == std::vector<std::string>{"TCP 192.0.2.10:80", "TCP 192.0.2.10:443",
                                            "UDP 192.0.2.9:53", "TCP [2001:db8::10]:80"});
  REQUIRE(services.services[0].servers[0].address == ip("192.0.2.3"));
}

}  // namespace
}  // namespace drover::client
