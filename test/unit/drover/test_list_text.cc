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

TEST_CASE("a server that is drained says so, and colours change no column") {
  auto services = sample_services();
  services.services[0].servers[1].weight = 0;
  services.services[0].servers[1].admin_state = "drained";
  const auto text = list_text(services);
  REQUIRE(
      text.ends_with("  -> 192.0.2.22:80                Route   0      0          0          "
                     "unresolved drained\n"));
  const auto in_colour = list_text(services, true);
  REQUIRE(in_colour.ends_with(" \x1b[33munresolved\x1b[0m \x1b[33mdrained\x1b[0m\n"));
}

}  // namespace
}  // namespace drover::client
