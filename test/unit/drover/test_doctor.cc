// SPDX-License-Identifier: BSD-3-Clause
// Each check of the doctor on facts made up: what it finds, and that it finds nothing where all is
// well.
#include <string>

#include "apps/drover/doctor/finding.h"
#include "drivers/af_xdp/mtu.h"
#include "test/unit/catch.h"

namespace drover::client::doctor {
namespace {

const IpAddress vip = *IpAddress::parse("192.0.2.10");
const IpAddress vip6 = *IpAddress::parse("2001:db8::10");
const IpAddress server = *IpAddress::parse("192.0.2.21");
const MacAddress mac = *MacAddress::parse("02:00:00:00:00:15");

// An af_xdp port on eth0, and nothing wrong.
Facts healthy() {
  Facts facts;
  facts.ports = {{"front", "af_xdp", "eth0", "eth0"}};
  facts.vips = {vip, vip6};
  facts.cores = {2, 3};
  facts.interfaces["eth0"] = {
      .exists = true, .mtu = 1500, .hardware = true, .xdp = Xdp::native, .numa_node = 0};
  facts.addresses = {{"eth0", *IpInterface::parse("192.0.2.11/24")}};
  facts.way_to = {{vip, "eth0"}, {vip6, "eth0"}};
  facts.free_hugepage_megabytes = 512;
  facts.numa_node_of_core = {{0, 1}, {1, 1}, {2, 0}, {3, 0}};
  facts.status.emplace().memory.hugepages = true;
  facts.services.emplace().services = {
      {.name = "web",
       .protocol = "TCP",
       .address = vip,
       .port = 80,
       .scheduler = "rr",
       .flags = {},
       .totals = {},
       .servers = {{.name = "nginx1", .address = server, .port = 80, .totals = {}, .mac = mac}}}};
  return facts;
}

Interface& eth0(Facts& facts) {
  return facts.interfaces.at("eth0");
}

TEST_CASE("where all is well nothing is found") {
  for (const Check& check : all_checks()) {
    CAPTURE(check.name);
    CHECK(check.run(healthy()).empty());
  }
  const Examination result = examine(healthy());
  CHECK(!result.has_problems);
  CHECK(result.text.starts_with("ok       vip-on-host      no VIP is an address of this host\n"));
}

TEST_CASE("a VIP on the host") {
  Facts facts = healthy();
  facts.addresses.push_back({"lo", *IpInterface::parse("2001:db8::10/128")});
  CHECK(check_vip_on_host(facts) ==
        Findings{{Severity::problem,
                  "the VIP 2001:db8::10 is an address of this host's lo, so its kernel answers for "
                  "it",
                  "ip address del 2001:db8::10/128 dev lo"}});
}

TEST_CASE("LRO and GRO") {
  Facts facts = healthy();
  eth0(facts).lro = true;
  eth0(facts).gro_hardware = true;
  eth0(facts).gro = true;  // harmless: native XDP comes before it
  const Findings found = check_receive_offload(facts);
  REQUIRE(found.size() == 2);
  CHECK(found[0].remedy == "ethtool -K eth0 lro off");
  CHECK(found[1].remedy == "ethtool -K eth0 rx-gro-hw off");
  eth0(facts) = {.exists = true, .gro = true, .xdp = Xdp::generic, .numa_node = {}};
  REQUIRE(check_receive_offload(facts).size() == 1);
  CHECK(check_receive_offload(facts)[0].remedy == "ethtool -K eth0 gro off");
  facts.ports[0].driver = "vdev";
  CHECK(check_receive_offload(facts).empty());
}

TEST_CASE("an MTU beyond the driver's") {
  Facts facts = healthy();
  eth0(facts).mtu = 1771;
  CHECK(check_mtu(facts) ==
        Findings{{Severity::problem, "eth0: its MTU of 1771 is more than af_xdp carries",
                  "ip link set dev eth0 mtu 1770"}});
  facts.status->memory.hugepages = false;
  CHECK(check_mtu(facts).empty());
  eth0(facts).mtu = 3499;
  CHECK(check_mtu(facts)[0].remedy == "ip link set dev eth0 mtu 3498");
}

TEST_CASE("generic XDP") {
  Facts facts = healthy();
  eth0(facts).xdp = Xdp::generic;
  REQUIRE(check_xdp_mode(facts).size() == 1);
  CHECK(check_xdp_mode(facts)[0].severity == Severity::advice);
}

TEST_CASE("no hugepages") {
  Facts facts = healthy();
  facts.status->memory.hugepages = false;
  CHECK(check_hugepages(facts)[0].what == "droverd runs without hugepages");
  facts.status.reset();
  CHECK(check_hugepages(facts).empty());
  facts.free_hugepage_megabytes = 0;
  CHECK(check_hugepages(facts)[0].severity == Severity::advice);
  facts.ports[0].driver = "pci";
  CHECK(check_hugepages(facts)[0].severity == Severity::problem);
}

TEST_CASE("a NIC on another NUMA node") {
  Facts facts = healthy();
  facts.cores = {1, 2};
  CHECK(check_numa_node(facts) ==
        Findings{{Severity::advice, "eth0 is at NUMA node 0, but a worker runs on core 1 of node 1",
                  "in the file: workers: {cores: [...]}, of the cores 2, 3"}});
  eth0(facts).numa_node.reset();
  CHECK(check_numa_node(facts).empty());
}

TEST_CASE("real servers that answer ARP for the VIP, and strangers") {
  Facts facts = healthy();
  facts.status->address_conflicts = {
      {.vip = vip, .mac = mac, .server = server, .frames = 1, .seconds_ago = 3},
      {.vip = vip, .mac = mac, .server = std::nullopt, .frames = 1, .seconds_ago = 3},
      {.vip = vip, .mac = mac, .server = server, .frames = 1, .seconds_ago = 301}};
  const Findings found = check_arp_of_servers(facts);
  REQUIRE(found.size() == 2);
  CHECK(found[0].what ==
        "the real server 192.0.2.21 (02:00:00:00:00:15) answers ARP for the VIP 192.0.2.10");
  CHECK(found[0].remedy == "on 192.0.2.21: realserver 192.0.2.10");
  CHECK(found[1].what == "another machine claims the VIP 192.0.2.10: 02:00:00:00:00:15");
}

TEST_CASE("a real server that cannot be sent to is named once") {
  Facts facts = healthy();
  facts.services->services.push_back(facts.services->services[0]);
  for (api::Service& service : facts.services->services) service.servers[0].state = "unresolved";
  REQUIRE(check_vip_on_servers(facts).size() == 1);
  CHECK(check_vip_on_servers(facts)[0].remedy == "ping 192.0.2.21");
  for (api::Service& service : facts.services->services) {
    service.servers[0].state = "down";  // it has checks
    service.servers[0].mac.reset();
  }
  CHECK(check_vip_on_servers(facts).size() == 1);
}

TEST_CASE("a real server that lacks the VIP is named once for each") {
  Facts facts = healthy();
  api::Server& lacking = facts.services->services[0].servers[0];
  lacking.state = "down";
  lacking.reason = "HTTP status 500, expected 200-399";
  CHECK(check_vip_on_servers(facts).empty());
  lacking.reason =
      "connect: timed out after 1000 ms; it answers at 192.0.2.21 itself, so it lacks the "
      "VIP on its loopback: run 'realserver 192.0.2.10' there";
  facts.services->services.push_back(facts.services->services[0]);
  CHECK(check_vip_on_servers(facts) ==
        Findings{{Severity::problem,
                  "the real server nginx1 (192.0.2.21) lacks the VIP 192.0.2.10 on its loopback",
                  "on 192.0.2.21: realserver 192.0.2.10"}});
  facts.services->services[1].address = vip6;
  CHECK(check_vip_on_servers(facts).size() == 2);
}

TEST_CASE("rp_filter") {
  Facts facts = healthy();
  eth0(facts).rp_filter = 1;
  CHECK(check_rp_filter(facts).empty());  // the way to the VIP is by the port
  facts.way_to[vip] = "eth1";
  REQUIRE(check_rp_filter(facts).size() == 1);
  CHECK(check_rp_filter(facts)[0].what ==
        "eth0: rp_filter=1 drops the answers to health checks from 192.0.2.10, as the route to it "
        "is by eth1");
  CHECK(check_rp_filter(facts)[0].remedy == "sysctl -w net.ipv4.conf.eth0.rp_filter=2");
  eth0(facts).rp_filter = 2;
  CHECK(check_rp_filter(facts).empty());
}

TEST_CASE("multicast that cannot leave") {
  Facts facts = healthy();
  eth0(facts).multicast = false;
  CHECK(check_multicast(facts).empty());  // VRRP does not need it
  facts.vrrp_by_multicast = true;
  REQUIRE(check_multicast(facts).size() == 1);
  CHECK(check_multicast(facts)[0].remedy.starts_with("ip link set dev eth0 multicast on"));
}

TEST_CASE("without a droverd the checks that need one say so") {
  Facts facts = healthy();
  facts.status.reset();
  facts.services.reset();
  facts.addresses.push_back({"lo", *IpInterface::parse("192.0.2.10/32")});
  const Examination result = examine(facts);
  CHECK(result.has_problems);
  CHECK(result.text.find("skipped  arp-of-servers   needs a running droverd\n") !=
        std::string::npos);
  CHECK(result.text.starts_with(
      "PROBLEM  vip-on-host      the VIP 192.0.2.10 is an address of this host's lo, so its kernel "
      "answers for it\n"
      "                          -> ip address del 192.0.2.10/32 dev lo\n"));
}

TEST_CASE("advice is no problem") {
  Facts facts = healthy();
  facts.status->memory.hugepages = false;
  const Examination result = examine(facts);
  CHECK(!result.has_problems);
  CHECK(result.text.find("advice   hugepages ") != std::string::npos);
}

}  // namespace
}  // namespace drover::client::doctor
