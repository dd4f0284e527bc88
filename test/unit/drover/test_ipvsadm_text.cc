// SPDX-License-Identifier: BSD-3-Clause
// Literal texts, made by hand from the formats in ipvsadm 1.31. Mind the trailing blanks.
#include "apps/drover/ipvsadm_text.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

using Columns = IpvsadmFormat::Columns;

// A service of each family and protocol, in no order, with all that a line can have.
api::Services several() {
  api::Services services;
  services.timeouts = {900, 120, 300};
  services.services = {sample_service("2001:db8::10", 443, {1, 2, 3}),
                       sample_service("192.0.2.10", 53, {}),
                       sample_service("192.0.2.10", 80, {123'456'789, 1'234'567'890, 42})};
  api::Service& v6 = services.services[0];
  v6.scheduler = "sh";
  v6.flags = {"(sh-fallback,sh-port)", "persistent 600", "mask 64"};
  v6.servers = {sample_server("2001:db8::21", 443, 1, 2, {1, 2, 3})};
  services.services[1].protocol = "UDP";
  services.services[1].scheduler = "wlc";
  services.services[1].flags = {"ops"};
  api::Service& web = services.services[2];
  web.flags = {"persistent 300", "mask 255.255.255.0"};
  web.servers = {sample_server("192.0.2.22", 80, 0, 14, {7, 112'000'000, 8'960}),
                 sample_server("192.0.2.21", 80, 12'345'678, 0, {})};
  web.servers[0].weight = 0;
  web.servers[0].persistent = 3;
  web.servers[0].upper_threshold = 1'000;
  web.servers[0].lower_threshold = 750;
  web.servers[0].state = "down";
  sort_like_ipvsadm(services);
  return services;
}

TEST_CASE("ipvsadm -Ln") {
  REQUIRE(ipvsadm_first_line() + ipvsadm_table(several(), {}) ==
          "IP Virtual Server version 1.2.1 (size=4096)\n"
          "Prot LocalAddress:Port Scheduler Flags\n"
          "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n"
          "TCP  192.0.2.10:80 rr persistent 300 mask 255.255.255.0\n"
          "  -> 192.0.2.21:80                Route   1      12345678   0         \n"
          "  -> 192.0.2.22:80                Route   0      0          14        \n"
          "UDP  192.0.2.10:53 wlc ops\n"
          "TCP  [2001:db8::10]:443 sh (sh-fallback,sh-port) persistent 600 mask 64\n"
          "  -> [2001:db8::21]:443           Route   1      1          2         \n");
}

TEST_CASE("ipvsadm -Ln --stats, with and without --exact") {
  IpvsadmFormat format;
  format.columns = Columns::stats;
  REQUIRE(ipvsadm_table(several(), format) ==
          "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
          "  -> RemoteAddress:Port\n"
          "TCP  192.0.2.10:80                 123456K    1234M        0       42        0\n"
          "  -> 192.0.2.21:80                       0        0        0        0        0\n"
          "  -> 192.0.2.22:80                       7  112000K        0     8960        0\n"
          "UDP  192.0.2.10:53                       0        0        0        0        0\n"
          "TCP  [2001:db8::10]:443                  1        2        0        3        0\n"
          "  -> [2001:db8::21]:443                  1        2        0        3        0\n");
  format.exact = true;
  REQUIRE(
      ipvsadm_table(several(), format)
          .starts_with(
              "Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n"
              "  -> RemoteAddress:Port\n"
              "TCP  192.0.2.10:80                123456789 1234567890        0       42        0\n"
              "  -> 192.0.2.21:80                       0        0        0        0        0\n"
              "  -> 192.0.2.22:80                       7 112000000        0     8960        0\n"));
}

TEST_CASE("ipvsadm -Ln --rate") {
  auto before = several();
  auto after = before;
  before.uptime_seconds = 10;
  after.uptime_seconds = 12;
  after.services[0].totals.connections += 8;
  after.services[0].totals.packets += 56;
  after.services[0].servers[1].totals.connections += 8;
  after.services[0].servers[1].totals.bytes += 300'000'000;
  IpvsadmFormat format;
  format.columns = Columns::rate;
  REQUIRE(ipvsadm_table(after, format, Rates(before, after)) ==
          "Prot LocalAddress:Port                 CPS    InPPS   OutPPS    InBPS   OutBPS\n"
          "  -> RemoteAddress:Port\n"
          "TCP  192.0.2.10:80                       4       28        0        0        0\n"
          "  -> 192.0.2.21:80                       0        0        0        0        0\n"
          "  -> 192.0.2.22:80                       4        0        0  150000K        0\n"
          "UDP  192.0.2.10:53                       0        0        0        0        0\n"
          "TCP  [2001:db8::10]:443                  0        0        0        0        0\n"
          "  -> [2001:db8::21]:443                  0        0        0        0        0\n");
}

TEST_CASE("ipvsadm -Ln --thresholds and --persistent-conn") {
  IpvsadmFormat format;
  format.columns = Columns::thresholds;
  REQUIRE(
      ipvsadm_table(several(), format)
          .starts_with(
              "Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn \n"
              "  -> RemoteAddress:Port\n"
              "TCP  192.0.2.10:80 rr persistent 300 mask 255.255.255.0\n"
              "  -> 192.0.2.21:80                0          0          12345678   0         \n"
              "  -> 192.0.2.22:80                1000       750        0          14        \n"));
  format.columns = Columns::persistent;
  REQUIRE(
      ipvsadm_table(several(), format)
          .starts_with(
              "Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn \n"
              "  -> RemoteAddress:Port\n"
              "TCP  192.0.2.10:80 rr persistent 300 mask 255.255.255.0\n"
              "  -> 192.0.2.21:80                1         0           12345678   0         \n"
              "  -> 192.0.2.22:80                0         3           0          14        \n"));
}

TEST_CASE("ipvsadm -Sn: thresholds are not saved, scheduler flags come last") {
  REQUIRE(ipvsadm_rules(several(), numeric_name) ==
          "-A -t 192.0.2.10:80 -s rr -p 300 -M 255.255.255.0\n"
          "-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 1\n"
          "-a -t 192.0.2.10:80 -r 192.0.2.22:80 -g -w 0\n"
          "-A -u 192.0.2.10:53 -s wlc -o\n"
          "-A -t [2001:db8::10]:443 -s sh -p 600 -M 64 -b sh-fallback,sh-port\n"
          "-a -t [2001:db8::10]:443 -r [2001:db8::21]:443 -g -w 1\n");
}

TEST_CASE("ipvsadm -L: IPv4 names are cut to their columns, IPv6 addresses are not") {
  IpvsadmFormat format;
  format.name_of = [](const IpAddress& address, std::uint16_t, const std::string&) {
    return address.is_v6() ? "[" + to_string(address) + "]:https"
                           : std::string("a-rather-long-name.example.net:http");
  };
  const auto text = ipvsadm_table(several(), format);
  CHECK(text.find("TCP  a-rather-long-name.example.n rr persistent") != std::string::npos);
  CHECK(text.find("  -> a-rather-long-name.example.n Route   1") != std::string::npos);
  CHECK(text.find("TCP  [2001:db8::10]:https sh") != std::string::npos);
}

TEST_CASE("ipvsadm -Lnc") {
  REQUIRE(ipvsadm_connections_title() ==
          "IPVS connection entries\n"
          "pro expire state       source             virtual            destination\n");
  REQUIRE(ipvsadm_connections_title(true) ==
          "IPVS connection entries\n"
          "pro expire state       source             virtual            destination        "
          "pe name          pe_data\n");
  const api::Connection row{"TCP",
                            898,
                            "ESTABLISHED",
                            {ip("198.51.100.7"), 40001},
                            {ip("192.0.2.10"), 80},
                            {ip("192.0.2.21"), 80}};
  REQUIRE(ipvsadm_connection(row, numeric_name) ==
          "TCP 14:58  ESTABLISHED 198.51.100.7:40001 192.0.2.10:80      192.0.2.21:80\n");
  const api::Connection other{"TCP",
                              6001,
                              "FIN_WAIT",
                              {ip("2001:db8::7"), 1},
                              {ip("2001:db8::10"), 80},
                              {ip("2001:db8::21"), 80}};
  REQUIRE(ipvsadm_connection(other, numeric_name) ==
          "TCP 100:01 FIN_WAIT    [2001:db8::7]:1    [2001:db8::10]:80  [2001:db8::21]:80\n");
}

TEST_CASE("ipvsadm -L --timeout") {
  REQUIRE(ipvsadm_timeouts({900, 120, 300}) == "Timeout (tcp tcpfin udp): 900 120 300\n");
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
