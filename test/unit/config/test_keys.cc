// SPDX-License-Identifier: BSD-3-Clause
// Each key of the file itself, its ports, nodes and failover alone: its type, its range, and where
// a complaint about it points.
#include <fmt/format.h>

#include "test/unit/config/key_cases.h"

namespace drover::config {

TEST_CASE("unknown, duplicate and missing keys have positions", "[config]") {
  const std::string keys =
      "its keys are nodes, workers, idle, connections, refusals, unknown, "
      "on_removed, conn_reuse, schedule_icmp, ports, pools, services, timeouts, "
      "failover, api, metrics";
  CHECK(complaints(minimal_and("colour: red\n")) ==
        Lines{"f:4:1: the file has no key \"colour\"; " + keys});
  CHECK(complaints(minimal_and("conections: 5000\n")) ==
        Lines{"f:4:1: the file has no key \"conections\"; did you mean \"connections\"?"});
  CHECK(complaints(minimal_and("idle: busy\nidle: adaptive\n")) ==
        Lines{"f:5:1: \"idle\" is given twice; the first is at 4:1"});
  CHECK(complaints("idle: busy\n") == Lines{"f:1:1: the file needs the key \"ports\"",
                                            "f:1:1: the file needs the key \"services\""});
  // A mistyped key is not missing as well.
  CHECK(complaints(some_ports + some_pools +
                   "services: [{name: web, adress: 192.0.2.10, ports: [80], pool: web}]\n") ==
        Lines{"f:3:24: a service has no key \"adress\"; did you mean \"address\"?"});
  CHECK(complaints(some_ports + "pools: {web: {servers: [{address: 192.0.2.21, port: 80}]}}\n" +
                   some_services) ==
        Lines{"f:2:47: a server has no key \"port\"; direct routing cannot change the port: a "
              "server's is the service's"});
  CHECK(complaints(some_ports + some_pools +
                   "services: [{name: web, address: 192.0.2.10, port: 80, pool: web}]\n") ==
        Lines{"f:3:45: a service has no key \"port\"; it is a list: ports: [80]"});
}

TEST_CASE("the daemon's own keys", "[config]") {
  const std::string workers = "a whole number from 1 to 64";
  const std::string connections = "a whole number from 1000 to 1000000000";
  check(
      minimal_and(""),
      {
          {"workers: 1", ""},
          {"workers: 64", ""},
          {"workers: 0", "f:4:10: workers is 0, expected " + workers},
          {"workers: 65", "f:4:10: workers is 65, expected " + workers},
          {"workers: -1", "f:4:10: workers is \"-1\", expected " + workers},
          {"workers: 2.0", "f:4:10: workers is \"2.0\", expected " + workers},
          {"workers: 010", "f:4:10: workers is 010, expected " + workers},
          {"workers: 0x2", "f:4:10: workers is \"0x2\", expected " + workers},
          {"workers: '2'",
           "f:4:10: workers is \"2\", expected " + workers + "; write it without quotes"},
          {"workers:", "f:4:1: workers is empty, expected " + workers},
          {"workers: ~", "f:4:1: workers is empty, expected " + workers},
          {"workers: [2]", "f:4:10: workers is a list, expected " + workers},
          {"workers: {cores: [2, 3]}", ""},
          {"workers: {core: [2]}", "f:4:11: workers has no key \"core\"; did you mean \"cores\"?"},
          {"workers: {cores: [2, 3, 2]}",
           "f:4:25: core 2 is given twice; a worker polls without pause and needs a core of its "
           "own"},
          {"workers: {cores: []}",
           "f:4:18: cores is an empty list, expected a list of core numbers, at least 1"},
          {"workers: {cores: [1024]}",
           "f:4:19: item 1 of cores is 1024, expected a whole number from 0 to 1023"},
          {"idle: busy", ""},
          {"idle: Busy",
           "f:4:7: idle is \"Busy\", expected one of adaptive, busy; did you mean \"busy\"?"},
          {"connections: 1000", ""},
          {"connections: 1000000000", ""},
          {"connections: 999", "f:4:14: connections is 999, expected " + connections},
          {"connections: 1000000001", "f:4:14: connections is 1000000001, expected " + connections},
          {"connections: 99999999999999999999",
           "f:4:14: connections is 99999999999999999999, expected " + connections},
          {"connections: 1e6", "f:4:14: connections is \"1e6\", expected " + connections},
          {"refusals: 0", ""},
          {"refusals: 1000001",
           "f:4:11: refusals is 1000001, expected a whole number from 0 to 1000000"},
          {"api: {}", ""},
          {"api: {socket: /tmp/drover.sock}", ""},
          {"api: {socket: run/drover.sock}",
           "f:4:15: socket is \"run/drover.sock\", expected the whole path of a file, from / on"},
          {"api: {socket: /tmp/}",
           "f:4:15: socket is \"/tmp/\", expected the whole path of a file, from / on"},
          {"api: {socket: /" + std::string(106, 'x') + "}", ""},
          {"api: {socket: /" + std::string(107, 'x') + "}",
           "f:4:15: socket has 108 characters, a socket's path at most 107"},
      },
      "\n");
}

TEST_CASE("time-outs carry a unit and have a range", "[config]") {
  const std::string expected = "expected a duration from 1s to 1d with its unit (ms, s, m, h or d)";
  for (const char* key : {"tcp_established", "tcp_syn_received", "tcp_fin_wait", "tcp_time_wait",
                          "tcp_close", "udp"}) {
    const auto line = [&](const char* value) {
      return fmt::format("timeouts:\n  {}: {}\n", key, value);
    };
    const auto at = fmt::format("f:5:{}: {} is ", std::string(key).size() + 5, key);
    CHECK(complaints(minimal_and(line("24h"))).empty());
    CHECK(complaints(minimal_and(line("\"1s\""))).empty());
    CHECK(complaints(minimal_and(line("25h"))) == Lines{at + "\"25h\", " + expected});
    CHECK(complaints(minimal_and(line("999ms"))) == Lines{at + "\"999ms\", " + expected});
    CHECK(complaints(minimal_and(line("90"))) ==
          Lines{at + "90, " + expected + "; for seconds write 90s"});
    CHECK(complaints(minimal_and(line("{}"))) == Lines{at + "an empty map, " + expected});
  }
  CHECK(complaints(minimal_and("timeouts: {tcp_syn_recv: 5s}\n")) ==
        Lines{"f:4:12: timeouts has no key \"tcp_syn_recv\"; did you mean \"tcp_syn_received\"?"});
}

TEST_CASE("a port's keys", "[config]") {
  const std::string name = "expected a port's name: 1 to 8 characters a-z, 0-9 and -";
  const std::string xdp = "expected a kernel interface, such as eth0, for af_xdp";
  const std::string pci = "expected a PCI address, such as 0000:01:00.0, for pci";
  const std::string vdev = "expected a DPDK vdev, such as net_af_xdp0,iface=eth0, for vdev";
  check("ports:\n- {",
        {
            {"name: lan-1234, driver: af_xdp, device: eth0.100", ""},
            {"name: lan-12345, driver: af_xdp, device: eth0",
             "f:2:10: name is \"lan-12345\", " + name},
            {"name: Front, driver: af_xdp, device: eth0", "f:2:10: name is \"Front\", " + name},
            {"name: '', driver: af_xdp, device: eth0", "f:2:10: name is \"\", " + name},
            {"driver: af_xdp, device: eth0", "f:2:3: a port needs the key \"name\""},
            {"name: a, driver: xdp, device: eth0",
             "f:2:21: driver is \"xdp\", expected one of af_xdp, pci, vdev"},
            {"name: a, driver: af-xdp, device: eth0",
             "f:2:21: driver is \"af-xdp\", expected one of af_xdp, pci, vdev; did you mean "
             "\"af_xdp\"?"},
            {"name: a, driver: af_xdp, device: ''",
             "f:2:37: device is \"\", expected a device: a kernel interface, a PCI address or a "
             "DPDK vdev"},
            {"name: a, driver: af_xdp, device: a123456789012345",
             "f:2:37: device is \"a123456789012345\", " + xdp},
            {"name: a, driver: af_xdp, device: 0000:01:00.0",
             "f:2:37: device is \"0000:01:00.0\", " + xdp + "; or did you mean driver: pci?"},
            {"name: a, driver: af_xdp, device: 'net_pcap0,iface=eth0'",
             "f:2:37: device is \"net_pcap0,iface=eth0\", " + xdp +
                 "; or did you mean driver: vdev?"},
            {"name: a, driver: pci, device: 0000:01:00.0", ""},
            {"name: a, driver: pci, device: '01:00.0'",
             "f:2:34: device is \"01:00.0\", " + pci + "; write 0000:01:00.0"},
            {"name: a, driver: pci, device: eth0", "f:2:34: device is \"eth0\", " + pci},
            {"name: a, driver: vdev, device: 'net_af_xdp0,iface=eth0'", ""},
            {"name: a, driver: vdev, device: eth0", "f:2:35: device is \"eth0\", " + vdev},
            {"name: a, driver: vdev, device: 'net_pcap0, iface=eth0'",
             "f:2:35: device is \"net_pcap0, iface=eth0\", " + vdev},
            {"name: a, driver: af_xdp, device: eth0, source_mac: keep", ""},
            {"name: a, driver: af_xdp, device: eth0, source_mac: peer",
             "f:2:55: source_mac is \"peer\", expected one of own, keep"},
            {"name: a, driver: af_xdp, device: eth0, frames: 131072", ""},
            {"name: a, driver: af_xdp, device: eth0, frames: 8191",
             "f:2:51: frames is 8191, expected a whole number from 8192 to 4194304"},
        },
        "}\n" + some_pools + some_services);
  CHECK(complaints("ports: []\n" + some_pools + some_services) ==
        Lines{"f:1:8: ports is an empty list, expected a list of ports, at least 1"});
  CHECK(complaints("ports:\n  name: front\n" + some_pools + some_services) ==
        Lines{"f:2:3: ports is a map, expected a list of ports, at least 1"});
}

TEST_CASE("what becomes of connections", "[config]") {
  check(minimal_and(""),
        {
            {"unknown: schedule", ""},
            {"unknown: rst",
             "f:4:10: unknown is \"rst\", expected one of adopt, schedule, reset, drop"},
            {"on_removed: reschedule", ""},
            {"on_removed: kep",
             "f:4:13: on_removed is \"kep\", expected one of keep, drop, reschedule; did you mean "
             "\"keep\"?"},
            {"conn_reuse: finished", ""},
            {"schedule_icmp: true", ""},
            {"schedule_icmp: 1", "f:4:16: schedule_icmp is 1, expected true or false"},
            {"conn_reuse: 1", "f:4:13: conn_reuse is 1, expected one of never, closed, finished"},
        },
        "\n");
}

TEST_CASE("a node's keys", "[config]") {
  const std::string form =
      "expected an address and its network's prefix length, such as 192.0.2.11/24";
  const std::string host = "expected an address that one host can have";
  check(minimal_and("nodes: {lb1: {"),
        {
            {"address: 192.0.2.11/24", ""},
            {"address: [192.0.2.11/24, 2001:db8::11/64], priority: 255", ""},
            {"address: [192.0.2.11/24, 192.0.2.13/24]",
             "f:4:24: address has two addresses of one family; give at most one IPv4 and one IPv6 "
             "address"},
            {"priority: 1", "f:4:14: a node needs the key \"address\""},
            {"address: 192.0.2.11", "f:4:24: address is \"192.0.2.11\", " + form},
            {"address: 192.0.2.11/33", "f:4:24: address is \"192.0.2.11/33\", " + form},
            {"address: 192.0.2.0/24", "f:4:24: address is \"192.0.2.0/24\", " + host},
            {"address: 192.0.2.255/24", "f:4:24: address is \"192.0.2.255/24\", " + host},
            {"address: 127.0.0.1/8", "f:4:24: address is \"127.0.0.1/8\", " + host},
            {"address: 'ff02::1/64'", "f:4:24: address is \"ff02::1/64\", " + host},
            {"address: 192.0.2.11/24, priority: 0",
             "f:4:49: priority is 0, expected a whole number from 1 to 255"},
            {"address: 192.0.2.11/24, priority: 256",
             "f:4:49: priority is 256, expected a whole number from 1 to 255"},
        },
        "}}\n");
  CHECK(complaints(minimal_and("nodes: {}\n")) ==
        Lines{"f:4:8: nodes is an empty map, expected a map of nodes, each under its name"});
}

TEST_CASE("failover's and metrics' keys", "[config]") {
  const std::string listen =
      "expected an address and a port, such as \"127.0.0.1:9641\" or \"[::1]:9641\"";
  check(
      minimal_and(""),
      {
          {"failover: {vrrp: [{id: 255, interval: 10ms, peers: [192.0.2.12]}]}", ""},
          {"failover: {}", "f:4:11: failover needs the key \"vrrp\""},
          {"failover: {vrrp: [{id: 0}]}", "f:4:24: id is 0, expected a whole number from 1 to 255"},
          {"failover: {vrrp: [{id: 1, interval: 9ms}]}",
           "f:4:37: interval is \"9ms\", expected a duration from 10ms to 255s with its unit "
           "(ms, s, m, h or d)"},
          {"failover: {vrrp: [{id: 1, interval: 15ms}]}",
           "f:4:27: interval is 15ms, version 3 counts in 10ms"},
          {"failover: {vrrp: [{id: 1, interval: 41s}]}",
           "f:4:27: interval is 41s, version 3 can say 40950ms at most"},
          {"failover: {vrrp: [{id: 1, version: 2, interval: 100ms}]}",
           "f:4:39: interval is 100ms, version 2 counts in 1s"},
          {"failover: {vrrp: [{id: 1, version: 2, interval: 41s}]}", ""},
          {"failover: {vrrp: [{id: 1, version: 2, checksum: rfc9568}]}",
           "f:4:39: checksum is for version 3; version 2 has one only"},
          {"failover: {vrrp: [{id: 1, preempt_delay: 5s}]}",
           "f:4:27: preempt_delay is for preempt: true"},
          {"failover: {vrrp: [{id: 1, preempt: true, preempt_delay: 5s, use_vmac: true,"
           " priority: 255, announce_refresh: 1m}]}",
           ""},
          {"failover: {vrrp: [{id: 1, priority: 0}]}",
           "f:4:37: priority is 0, expected a whole number from 1 to 255"},
          {"failover: {vrrp: [{id: 1, track: [{link: a}, {service: web, least: 30, weight: 20}]}]}",
           "f:4:42: there is no port \"a\"; the ports are front"},
          {"failover: {vrrp: [{id: 1, track: [{weight: 20}]}]}",
           "f:4:35: a tracked thing needs a key that says what it is; one of link, service, "
           "script"},
          {"failover: {vrrp: [{id: 1, track: [{link: front, least: 3}]}]}",
           "f:4:49: least is for a service"},
          {"failover: {vrrp: [{id: 1, track: [{script: {command: [/bin/true]}, rise: 1}]}]}", ""},
          {"failover: {vrrp: [{id: 1, notify: {master: [bin/true]}}]}",
           "f:4:44: the program \"bin/true\" has no absolute path"},
          {"failover: {vrrp: [{id: 1, notify: {backup: [/bin/true, x], user: root}}]}",
           "f:4:66: a program does not run as root; name another user, such as nobody"},
          {"failover: {vrrp: [{id: 1, peers: [lb2]}]}",
           "f:4:35: item 1 of peers is \"lb2\", expected an IPv4 or IPv6 address"},
          {"failover: {vrrp: [{id: 1}], sync: {key_file: sync.key, peers: [192.0.2.12]}}",
           "f:4:46: key_file is \"sync.key\", expected the whole path of a file, from / on"},
          {"metrics: {}", ""},
          {"metrics: {listen: '127.0.0.1:9641'}", ""},
          {"metrics: {listen: '[::]:9641'}", ""},
          {"metrics: {listen: '0.0.0.0:9641'}", ""},
          {"metrics: {listen: ':9641'}", "f:4:19: listen is \":9641\", " + listen},
          {"metrics: {listen: '::1:9641'}", "f:4:19: listen is \"::1:9641\", " + listen},
          {"metrics: {listen: '127.0.0.1:0'}", "f:4:19: listen is \"127.0.0.1:0\", " + listen},
          {"metrics: {listen: 9641}", "f:4:19: listen is 9641, " + listen},
      },
      "\n");
}

}  // namespace drover::config
