// SPDX-License-Identifier: BSD-3-Clause
// Keys that are right alone and wrong together.
#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

std::string pool_of(const std::string& servers) {
  return some_ports + "pools:\n  web: {servers: [" + servers + "]}\n" + some_services;
}

std::string services(const std::string& lines) {
  return some_ports + some_pools + "services:\n" + lines;
}

}  // namespace

TEST_CASE("a virtual service stands in the file once", "[config]") {
  CHECK(complaints(services("- {name: a, address: 192.0.2.10, ports: [80, 443], pool: web}\n"
                            "- {name: b, address: 192.0.2.10, ports: [8080, 443], pool: web}\n"
                            "- {name: c, address: 192.0.2.11, ports: [443, 443], pool: web}\n")) ==
        Lines{"f:5:48: tcp 192.0.2.10:443 is given twice; the first is at 4:46",
              "f:6:47: tcp 192.0.2.11:443 is given twice; the first is at 6:42"});
  CHECK(complaints(services("- {name: a, address: 192.0.2.10, ports: [80], pool: web}\n"
                            "- {name: a, address: 192.0.2.10, ports: [81], pool: web}\n")) ==
        Lines{"f:5:10: the name a is another service's; the first is at 4:10"});
}

TEST_CASE("a service's pool exists", "[config]") {
  CHECK(complaints(services("- {name: a, address: 192.0.2.10, ports: [80], pool: wbe}\n"
                            "- {name: b, address: 192.0.2.11, ports: [80], pool: mail}\n")) ==
        Lines{"f:4:53: there is no pool \"wbe\"; did you mean \"web\"?",
              "f:5:53: there is no pool \"mail\"; the pools are web"});
  CHECK(complaints(some_ports + some_services) ==
        Lines{"f:2:64: there is no pool \"web\"; the file has no pools"});
  // A pool that could not be read is there all the same.
  CHECK(complaints(some_ports + "pools: {web: 5}\n" + some_services) ==
        Lines{"f:2:14: web is 5, expected a map with the keys servers, checks, port, vlan"});
  CHECK(complaints(some_ports + "pools: 5\n" + some_services) ==
        Lines{"f:2:8: pools is 5, expected a map of pools, each under its name"});
  CHECK(complaints(some_ports + "pools: {a b: {servers: [{address: 192.0.2.21}]}}\n" +
                   "services: [{name: x, address: 192.0.2.10, ports: [80], servers: [{address: "
                   "192.0.2.21}]}]\n") ==
        Lines{"f:2:9: \"a b\" is no name; a name has 1 to 64 letters, digits, dots, underscores "
              "and hyphens"});
}

TEST_CASE("a server stands in its pool once", "[config]") {
  CHECK(
      complaints(pool_of("{address: 192.0.2.21}, {address: 192.0.2.22}, {address: 192.0.2.21}")) ==
      Lines{"f:3:75: the server 192.0.2.21 is given twice; the first is at 3:29"});
  CHECK(complaints(pool_of("{name: a, address: 192.0.2.21}, {name: a, address: 192.0.2.22}")) ==
        Lines{"f:3:58: the name a is another server's; the first is at 3:26"});
  CHECK(complaints(some_ports +
                   "services: [{name: x, address: 192.0.2.10, ports: [80], servers: [\n"
                   "  {address: 192.0.2.21}, {address: 192.0.2.21}]}]\n") ==
        Lines{"f:3:36: the server 192.0.2.21 is given twice; the first is at 3:13"});
}

TEST_CASE("an address has one owner", "[config]") {
  CHECK(complaints(minimal_and("nodes: {lb1: {address: 192.0.2.10/24}}\n")) ==
        Lines{"f:3:33: 192.0.2.10 is also the address of the node lb1; that is at 4:24"});
  CHECK(complaints(minimal_and("nodes: {lb1: {address: 192.0.2.21/24}}\n")) ==
        Lines{"f:2:35: 192.0.2.21 is also the address of the node lb1; that is at 4:24"});
  CHECK(complaints(minimal_and("nodes:\n"
                               "  lb1: {address: 192.0.2.11/24}\n"
                               "  lb2: {address: [2001:db8::1/64, 192.0.2.11/24]}\n")) ==
        Lines{"f:6:35: 192.0.2.11 is the address of the node lb1, too; the first is at 5:18"});
  CHECK(complaints(pool_of("{address: 192.0.2.10}")) ==
        Lines{"f:3:29: 192.0.2.10 is also the address of the VIP of the service web; that is at "
              "4:33"});
}

TEST_CASE("a server is on the network of every node", "[config]") {
  const std::string nodes =
      "nodes: {lb1: {address: 192.0.2.11/24}, lb2: {address: 192.0.2.12/27}}\n";
  CHECK(complaints(pool_of("{address: 198.51.100.21}") + nodes) ==
        Lines{"f:3:29: 198.51.100.21 is not on the network of the node lb1, 192.0.2.11/24; direct "
              "routing needs its servers on the same segment"});
  CHECK(complaints(pool_of("{address: 192.0.2.21}, {address: 192.0.2.33}") + nodes) ==
        Lines{"f:3:52: 192.0.2.33 is not on the network of the node lb2, 192.0.2.12/27; direct "
              "routing needs its servers on the same segment"});
  CHECK(complaints(pool_of("{address: 198.51.100.21}")).empty());  // nobody says the network
  CHECK(complaints(services("- {name: a, address: 192.0.2.10, ports: [80], pool: web,\n"
                            "   sorry_server: 198.51.100.30}\n") +
                   nodes) ==
        Lines{"f:5:18: 198.51.100.30 is not on the network of the node lb1, 192.0.2.11/24; direct "
              "routing needs its servers on the same segment"});
  // A VIP need not be on a network: a router may send it to us.
  CHECK(complaints(services("- {name: a, address: 203.0.113.10, ports: [80], pool: web}\n") + nodes)
            .empty());
}

TEST_CASE("a service and its servers are of one family", "[config]") {
  CHECK(complaints(pool_of("{address: 2001:db8::21}")) ==
        Lines{"f:4:64: the service web has an IPv4 address, its server 2001:db8::21 an IPv6 one"});
  CHECK(complaints(services("- {name: a, address: 192.0.2.10, ports: [80], pool: web,\n"
                            "   sorry_server: 2001:db8::30}\n")) ==
        Lines{"f:5:18: the service a has an IPv4 address, its sorry_server an IPv6 one"});
}

TEST_CASE("a port has a name and a device of its own", "[config]") {
  CHECK(complaints("ports:\n"
                   "- {name: a, driver: af_xdp, device: eth0}\n"
                   "- {name: a, driver: af_xdp, device: eth1}\n"
                   "- {name: c, driver: af_xdp, device: eth0}\n"
                   "- {name: d, driver: vdev, device: 'net_af_xdp0,iface=eth5'}\n"
                   "- {name: e, driver: vdev, device: 'net_af_xdp0,iface=eth6'}\n" +
                   some_pools + some_services) ==
        Lines{"f:3:10: the name a is another port's; the first is at 2:10",
              "f:4:37: the device \"eth0\" is another port's; the first is at 2:37",
              "f:6:35: the device \"net_af_xdp0,iface=eth6\" is another port's; the first is at "
              "5:35"});
}

TEST_CASE("a device by node names every node and no other", "[config]") {
  const std::string rest = some_pools + some_services;
  const std::string nodes =
      "nodes: {lb1: {address: 192.0.2.11/24}, lb2: {address: 192.0.2.12/24}}\n";
  const auto port = [](const std::string& device) {
    return "ports: [{name: a, driver: af_xdp, device: " + device + "}]\n";
  };
  const auto loaded = parse_here(port("{lb2: ens3, lb1: eth0}") + rest + nodes);
  REQUIRE(loaded);
  CHECK(loaded->config.ports.at(0).device == "eth0");
  CHECK(complaints(port("{lb1: eth0}") + rest + nodes) ==
        Lines{"f:1:43: device names none for the node lb2"});
  CHECK(complaints(port("{lb1: eth0, lb2: eth0, lb22: eth0}") + rest + nodes) ==
        Lines{"f:1:66: there is no node \"lb22\"; did you mean \"lb2\"?"});
  CHECK(complaints(port("{lb1: eth0}") + rest) ==
        Lines{"f:1:43: device is given by node, but the file has no nodes; give one device, or "
              "nodes"});
  CHECK(complaints(port("{lb1: eth0, lb2: '0000:01:00.0'}") + rest + nodes) ==
        Lines{"f:1:55: device is \"0000:01:00.0\", expected a kernel interface, such as eth0, for "
              "af_xdp; or did you mean driver: pci?"});
  CHECK(complaints("ports:\n"
                   "- {name: a, driver: af_xdp, device: {lb1: eth0, lb2: eth1}}\n"
                   "- {name: b, driver: af_xdp, device: {lb1: eth1, lb2: eth0}}\n" +
                   rest + nodes)
            .empty());
  CHECK(complaints("ports:\n"
                   "- {name: a, driver: af_xdp, device: {lb1: eth0, lb2: eth1}}\n"
                   "- {name: b, driver: af_xdp, device: eth1}\n" +
                   rest + nodes) ==
        Lines{"f:3:37: the device \"eth1\" is another port's; the first is at 2:49"});
}

TEST_CASE("a vrrp id stands once in a family", "[config]") {
  const auto vrrp = [](const std::string& items) {
    return some_ports + some_pools +
           "services:\n"
           "  - {name: web, address: 192.0.2.10, ports: [80], pool: web}\n"
           "  - {name: web6, address: '2001:db8::10', ports: [80], servers: [{address: "
           "'2001:db8::21'}]}\n"
           "  - {name: dns, address: 192.0.2.9, ports: [53], pool: web}\n"
           "failover: {vrrp: [" +
           items + "]}\n";
  };
  CHECK(complaints(vrrp("{id: 5}, {id: 5, peers: [2001:db8::12]}")).empty());
  CHECK(complaints(vrrp("{id: 5}, {id: 6, services: [dns]}, {id: 5, family: ipv6}")).empty());
  CHECK(complaints(vrrp("{id: 5, services: [web]}, {id: 5, services: [dns]}, {id: 5, services: "
                        "[web6]}")) ==
        Lines{"f:7:50: the id 5 is given twice; the first is at 7:24"});
  CHECK(complaints(vrrp("{id: 5, peers: [192.0.2.12, 192.0.2.12, 2001:db8::12]}, {id: 5, family: "
                        "ipv6}")) ==
        Lines{"f:7:47: the peer 192.0.2.12 is given twice; the first is at 7:35",
              "f:7:59: the peer 2001:db8::12 of an IPv4 instance; give the other family an "
              "instance of its own"});
  CHECK(complaints(vrrp("{id: 5}, {id: 7}, {id: 5, family: ipv6}")) ==
        Lines{"f:7:28: the VIP 192.0.2.10 belongs to the instance 5, too; name the services of "
              "each instance",
              "f:7:28: the VIP 192.0.2.9 belongs to the instance 5, too; name the services of each "
              "instance"});
  CHECK(complaints(vrrp("{id: 5, services: [web]}, {id: 6, family: ipv6}")) ==
        Lines{"f:6:26: no vrrp instance carries the VIP 192.0.2.9; name the service in one, or "
              "give its family one: family: ipv6"});
  CHECK(complaints(vrrp("{id: 5, services: [web, dsn, web6]}, {id: 6, services: [dns]}, {id: 7, "
                        "family: ipv6}")) ==
        Lines{"f:7:43: there is no service \"dsn\"; did you mean \"dns\"?",
              "f:7:48: the service web6 has an IPv6 address, the instance is IPv4",
              "f:7:82: no IPv6 service is left for this instance; name its services, or its "
              "family"});
  CHECK(complaints(vrrp("{id: 5}, {id: 6, version: 2, family: ipv6}")) ==
        Lines{"f:7:48: version 2 is for IPv4 only"});
}

TEST_CASE("what a vrrp instance names must be there", "[config]") {
  const std::string rest = "pools: {web: {servers: [{address: 192.0.2.21}]}}\n" + some_services;
  const std::string nodes =
      "nodes: {lb1: {address: 192.0.2.11/24}, lb2: {address: 192.0.2.12/24}}\n";
  const std::string ports =
      "ports: [{name: front, driver: af_xdp, device: eth0}, {name: back, driver: af_xdp, device: "
      "eth1, address: {lb1: 198.51.100.11/24, lb2: 198.51.100.12/24}}]\n";
  const auto vrrp = [&](const std::string& item) {
    return complaints(ports + rest + nodes + "failover: {vrrp: [{id: 5, " + item + "}]}\n");
  };
  CHECK(vrrp("priority: {lb1: 200, lb2: 100}").empty());
  CHECK(vrrp("priority: {lb1: 200, lb3: 100}").size() == 2);
  CHECK(vrrp("second_path: {port: back}").empty());
  CHECK(vrrp("second_path: {port: back, peers: [198.51.100.11, 198.51.100.12]}").empty());
  CHECK(vrrp("second_path: {port: front}") ==
        Lines{"f:5:47: the port front is the first path; a second one leads over another port"});
  CHECK(vrrp("second_path: {port: bakc}") ==
        Lines{"f:5:47: there is no port \"bakc\"; did you mean \"back\"?"});
  CHECK(vrrp("peers: [198.51.100.12]") ==
        Lines{"f:5:35: the peer 198.51.100.12 is on no network of the port front"});
}

}  // namespace drover::config
