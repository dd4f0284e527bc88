// SPDX-License-Identifier: BSD-3-Clause
// Several ports: whose network holds what, and what the file must say where none does.
#include <fmt/format.h>

#include "lib/config/networks.h"
#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

const std::string nodes = "nodes: {lb1: {address: 10.0.0.11/24}, lb2: {address: 10.0.0.12/24}}\n";

std::string ports(const std::string& front, const std::string& back) {
  return fmt::format(
      "ports:\n"
      "- {{name: front, driver: af_xdp, device: eth0{}}}\n"
      "- {{name: back, driver: af_xdp, device: eth1{}}}\n",
      front, back);
}
const std::string two_ports = ports(", address: {lb1: 192.0.2.11/24, lb2: 192.0.2.12/24}", "");

std::string service(const std::string& vip, const std::string& server, const std::string& on = "",
                    const std::string& pool = "") {
  return fmt::format(
      "pools: {{web: {{servers: [{{address: {}}}]{}}}}}\n"
      "services:\n"
      "- {{name: web, address: {}, ports: [80], pool: web{}}}\n",
      server, pool, vip, on);
}

Config config_of(const std::string& text) {
  auto loaded = parse(text, "f", std::nullopt, "lb1");
  REQUIRE(loaded);
  return loaded->config;
}

}  // namespace

TEST_CASE("the node's address is on the first port that has none", "[config]") {
  const Config config = config_of(nodes + two_ports + service("192.0.2.10", "10.0.0.21"));
  CHECK(addresses_of_port(config, 0) == std::vector{*IpInterface::parse("192.0.2.11/24")});
  CHECK(addresses_of_port(config, 1) == std::vector{*IpInterface::parse("10.0.0.11/24")});
  CHECK(config.nodes[1].port_addresses == std::vector{*IpInterface::parse("192.0.2.12/24")});
  CHECK(vip_ports(config, config.services[0]) == std::vector<std::size_t>{0});
  CHECK(egress_port(config, config.pools.at("web"), *IpAddress::parse("10.0.0.21")) == 1);
  CHECK(egress_port(config, config.pools.at("web"), *IpAddress::parse("192.0.2.21")) == 0);
  CHECK(egress_port(config, config.pools.at("web"), *IpAddress::parse("203.0.113.1")) ==
        std::nullopt);
}

TEST_CASE("of several networks that hold an address the smallest wins", "[config]") {
  const Config config = config_of(ports(", address: 10.0.0.11/16", ", address: 10.0.7.11/24") +
                                  service("10.0.7.10", "10.0.1.21"));
  CHECK(port_on_network_of(config, *IpAddress::parse("10.0.7.21")) == 1);
  CHECK(port_on_network_of(config, *IpAddress::parse("10.0.8.21")) == 0);
}

TEST_CASE("pool and service name ports where no network tells", "[config]") {
  const Config config = config_of(
      nodes + two_ports +
      service("203.0.113.10", "10.0.0.21", ", on: [back, front]", ", port: front, vlan: 7"));
  CHECK(vip_ports(config, config.services[0]) == std::vector<std::size_t>{0, 1});
  const Pool& pool = config.pools.at("web");
  CHECK(egress_port(config, pool, pool.servers[0].address) == 0);
  CHECK(egress_vlan(config, pool, 0) == 7);
}

TEST_CASE("one port has all, whatever its network", "[config]") {
  const Config config =
      config_of("ports: [{name: front, driver: af_xdp, device: eth0, vlan: 10}]\n" +
                service("203.0.113.10", "10.0.0.21"));
  CHECK(vip_ports(config, config.services[0]) == std::vector<std::size_t>{0});
  CHECK(egress_port(config, config.pools.at("web"), *IpAddress::parse("10.0.0.21")) == 0);
  CHECK(egress_vlan(config, config.pools.at("web"), 0) == 10);
}

TEST_CASE("a VIP or a server on no port's network needs a word", "[config]") {
  CHECK(complaints(nodes + two_ports + service("203.0.113.10", "10.0.0.21")) ==
        Lines{"f:7:24: the VIP 203.0.113.10 is on no port's network; name the ports that a router "
              "sends it to, such as on: [front]"});
  CHECK(complaints(ports("", ", address: 10.0.0.11/24") + service("10.0.0.10", "192.0.2.21")) ==
        Lines{"f:4:35: 192.0.2.21 is not on the network of a port, 10.0.0.11/24; direct routing "
              "needs its servers on the same segment",
              "f:4:35: 192.0.2.21 is on no port's network; give the port an address on it, or the "
              "pool a port"});
}

TEST_CASE("a port that is named is there", "[config]") {
  CHECK(complaints(nodes + two_ports +
                   service("192.0.2.10", "10.0.0.21", ", on: [fron]", ", port: bck")) ==
        Lines{"f:5:54: there is no port \"bck\"; did you mean \"back\"?",
              "f:7:65: there is no port \"fron\"; did you mean \"front\"?"});
}

TEST_CASE("services of one VIP have the same ports", "[config]") {
  CHECK(complaints(nodes + two_ports + service("192.0.2.10", "10.0.0.21") +
                   "- {name: dns, address: 192.0.2.10, ports: [53], protocol: udp, pool: web, "
                   "on: [back]}\n") ==
        Lines{"f:8:79: another service has the VIP 192.0.2.10 on other ports; the first is at "
              "7:24"});
}

TEST_CASE("a port's address is by node where there are several", "[config]") {
  CHECK(complaints(nodes + ports(", address: 192.0.2.11/24", "") +
                   service("192.0.2.10", "10.0.0.21")) ==
        Lines{"f:3:56: address is the same for every node; give each its own: address: {lb1: ..., "
              "lb2: ...}"});
  CHECK(complaints(nodes + ports(", address: {lb1: 192.0.2.11/24, lb3: 192.0.2.12/24}", "") +
                   service("192.0.2.10", "10.0.0.21")) ==
        Lines{"f:3:56: address names none for the node lb2",
              "f:3:77: there is no node \"lb3\"; did you mean \"lb1\"?"});
  CHECK(complaints(ports(", address: {lb1: 192.0.2.11/24}", ", address: 10.0.0.11/24") +
                   service("192.0.2.10", "10.0.0.21", ", on: [front]"))
            .front() ==
        "f:2:56: address is given by node, but the file has no nodes; give one "
        "address, or nodes");
}

TEST_CASE("a server is on a network of every node, of whichever port", "[config]") {
  CHECK(complaints("nodes: {lb1: {address: 10.0.0.11/24}, lb2: {address: 10.0.9.12/24}}\n" +
                   two_ports + service("192.0.2.10", "10.0.0.21")) ==
        Lines{"f:5:35: 10.0.0.21 is not on the network of the node lb2, 10.0.9.12/24; direct "
              "routing needs its servers on the same segment"});
  // In a VLAN of the pool's own its address may be on any.
  CHECK(complaints("nodes: {lb1: {address: 10.0.0.11/24}}\n"
                   "ports: [{name: front, driver: af_xdp, device: eth0}]\n"
                   "pools: {web: {servers: [{address: 198.51.100.21, mac: '02:00:00:00:00:15'}], "
                   "vlan: 20}}\n"
                   "services: [{name: web, address: 10.0.0.10, ports: [80], pool: web}]\n")
            .empty());
}

TEST_CASE("a VLAN has a number from 1 to 4094", "[config]") {
  for (const char* number : {"0", "4095"})
    CHECK(complaints(nodes + ports(fmt::format(", vlan: {}", number), "") +
                     service("10.0.0.10", "10.0.0.21", ", on: [front]")) ==
          Lines{fmt::format("f:3:53: vlan is {}, expected a whole number from 1 to 4094", number)});
}

}  // namespace drover::config
