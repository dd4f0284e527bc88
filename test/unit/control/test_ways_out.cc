// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/ways_out.h"

#include "lib/config/load.h"
#include "lib/control/snapshot_builder.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

const MacAddress front_mac{{2, 0, 0, 0, 0, 1}};
const MacAddress back_mac{{2, 0, 0, 0, 0, 2}};
const MacAddress server_mac{{2, 0, 0, 0, 0, 0x21}};
const MacAddress peer_mac{{2, 0, 0, 0, 0, 0x12}};
const IpAddress server = Ipv4Address(0x0a000015);  // 10.0.0.21
const IpAddress peer = Ipv4Address(0x0a00000c);    // 10.0.0.12

config::Config two_ports(const std::string& pool = "", const std::string& mac = "") {
  auto loaded = config::parse(R"(
nodes: {lb1: {address: 10.0.0.11/24}, lb2: {address: 10.0.0.12/24}}
ports:
  - {name: front, driver: vdev, device: net_ring0, vlan: 10,
     address: {lb1: 192.0.2.11/24, lb2: 192.0.2.12/24}}
  - {name: back, driver: vdev, device: net_ring1}
pools: {web: {servers: [{address: 10.0.0.21)" +
                                  mac + "}]" + pool + R"(}}
services: [{name: web, address: 192.0.2.10, ports: [80], pool: web}]
)",
                              "f", std::nullopt, "lb1");
  REQUIRE(loaded);
  return loaded->config;
}

std::vector<datapath::PortFacts> ports() {
  return {{.mac = front_mac, .vlan = 10}, {.mac = back_mac}};
}

struct Built {
  explicit Built(const config::Config& config) {
    REQUIRE(builder.configure(config, ports(), {}));
    snapshot = builder.build(
        [this](const IpAddress& address) -> std::optional<MacAddress> {
          const auto known = macs.find(address);
          return known == macs.end() ? std::nullopt : std::optional(known->second);
        },
        {});
  }
  const datapath::Destination& destination() const { return snapshot->destinations.at(0); }

  std::map<IpAddress, MacAddress> macs{{server, server_mac}, {peer, peer_mac}};
  SnapshotBuilder builder{1};
  std::unique_ptr<const datapath::Snapshot> snapshot;
};

}  // namespace

TEST_CASE("a server's frames leave by its network's port", "[control]") {
  const Built built(two_ports());
  const datapath::Egress& egress = built.snapshot->egress_of(built.destination());
  CHECK(egress.port == PortId(1));
  CHECK(egress.mac == back_mac);
  CHECK(egress.vlan == 0);
  CHECK(built.snapshot->vips.at(0).ports == datapath::port_bit(PortId(0)));
}

TEST_CASE("a pool may have a port and a VLAN", "[control]") {
  const Built built(two_ports(", port: front, vlan: 20"));
  const datapath::Egress& egress = built.snapshot->egress_of(built.destination());
  CHECK(egress.port == PortId(0));
  CHECK(egress.vlan == 20);
  const Built of_port(two_ports(", port: front"));
  CHECK(of_port.snapshot->egress_of(of_port.destination()).vlan == 10);
}

TEST_CASE("a server with a balancer's MAC address gets nothing", "[control]") {
  Built built(two_ports());
  CHECK(built.destination().resolved);
  CHECK(built.builder.refused_servers().empty());
  const auto build = [&](const MacAddress& mac) {
    built.macs[server] = mac;
    return built.builder.build(
        [&](const IpAddress& address) {
          const auto known = built.macs.find(address);
          return known == built.macs.end() ? std::nullopt : std::optional(known->second);
        },
        {});
  };
  // One of our own, of whichever port, or the other balancer's.
  for (const MacAddress& mac : {front_mac, back_mac, peer_mac}) {
    CHECK_FALSE(build(mac)->destinations.at(0).resolved);
    CHECK(built.builder.refused_servers() == std::set{server});
  }
  CHECK(build(server_mac)->destinations.at(0).resolved);
  CHECK(built.builder.refused_servers().empty());
}

TEST_CASE("a balancer's own MAC address in the file is an error", "[control]") {
  SnapshotBuilder builder(1);
  const auto configured =
      builder.configure(two_ports("", ", mac: '02:00:00:00:00:02'"), ports(), {});
  REQUIRE_FALSE(configured);
  CHECK(to_string(configured.error()) ==
        "services: the MAC address of the server 10.0.0.21, 02:00:00:00:00:02, is this balancer's "
        "own; give the server's, or none");
}

TEST_CASE("the other balancers are looked for on our networks", "[control]") {
  const Built built(two_ports());
  REQUIRE(built.builder.peers().size() == 2);
  CHECK(built.builder.peers()[0].address == peer);
  CHECK(built.builder.peers()[0].way_out == WayOut{PortId(1), 0});
  CHECK(built.builder.peers()[1].address == IpAddress(Ipv4Address(0xc000020c)));
  CHECK(built.builder.peers()[1].way_out == WayOut{PortId(0), 10});
}

}  // namespace drover::control
