// SPDX-License-Identifier: BSD-3-Clause
// Each key of a service, a server and a check alone: its type, its range, and where a complaint
// about it points.
#include "test/unit/config/key_cases.h"

namespace drover::config {

TEST_CASE("a server's keys", "[config]") {
  const std::string address = "expected an IPv4 or IPv6 address";
  const std::string host = "expected an address that one host can have";
  const std::string mac = "expected a MAC address, such as \"02:00:00:00:00:16\"";
  const std::string station = "expected the MAC address of one station, neither multicast nor zero";
  check(some_ports + "pools: {web: {servers: [{",
        {
            {"address: 192.0.2.21, name: a_b-c.D1, weight: 0", ""},
            {"name: a", "f:2:25: a server needs the key \"address\""},
            {"address: nginx1", "f:2:35: address is \"nginx1\", " + address},
            {"address: 192.0.2.21/24",
             "f:2:35: address is \"192.0.2.21/24\", " + address + "; leave the prefix length out"},
            {"address: 0.0.0.0", "f:2:35: address is \"0.0.0.0\", " + host},
            {"address: 224.0.0.1", "f:2:35: address is \"224.0.0.1\", " + host},
            {"address: '::1'", "f:2:35: address is \"::1\", " + host},
            {"address: 192.0.2.21, name: a b",
             "f:2:53: name is \"a b\", expected a name: 1 to 64 letters, digits, dots, underscores "
             "and hyphens"},
            {"address: 192.0.2.21, weight: 65535", ""},
            {"address: 192.0.2.21, weight: 65536",
             "f:2:55: weight is 65536, expected a whole number from 0 to 65535"},
            {"address: 192.0.2.21, weight: heavy",
             "f:2:55: weight is \"heavy\", expected a whole number from 0 to 65535"},
            {"address: 192.0.2.21, mac: 02:00:00:00:00:16", ""},
            {"address: 192.0.2.21, upper_threshold: 100, lower_threshold: 100", ""},
            {"address: 192.0.2.21, upper_threshold: 0",
             "f:2:64: upper_threshold is 0, expected a whole number from 1 to 1000000000"},
            {"address: 192.0.2.21, lower_threshold: 5, upper_threshold: 4",
             "f:2:64: lower_threshold is 5, above the upper one, 4"},
            {"address: 192.0.2.21, lower_threshold: 5",
             "f:2:64: a lower_threshold needs an upper_threshold"},
            {"address: 192.0.2.21, mac: '02:00'", "f:2:52: mac is \"02:00\", " + mac},
            {"address: 192.0.2.21, mac: '01:00:5e:00:00:01'",
             "f:2:52: mac is \"01:00:5e:00:00:01\", " + station},
            {"address: 192.0.2.21, mac: '00:00:00:00:00:00'",
             "f:2:52: mac is \"00:00:00:00:00:00\", " + station},
            {"address: 192.0.2.21, mac: 'ff:ff:ff:ff:ff:ff'",
             "f:2:52: mac is \"ff:ff:ff:ff:ff:ff\", " + station},
        },
        "}]}}\n" + some_services);
}

TEST_CASE("a service's keys", "[config]") {
  const std::string range = "expected a whole number from 1 to 65535";
  check(
      some_ports + some_pools + "services: [{name: web, ",
      {
          {"address: 192.0.2.10, ports: [1, 65535], pool: web, protocol: tcp, scheduler: rr", ""},
          {"ports: [80], pool: web", "f:3:12: a service needs the key \"address\""},
          {"address: 239.0.0.1, ports: [80], pool: web",
           "f:3:33: address is \"239.0.0.1\", expected an address that one host can have"},
          {"address: 192.0.2.10, ports: [0], pool: web", "f:3:53: item 1 of ports is 0, " + range},
          {"address: 192.0.2.10, ports: [80, 65536], pool: web",
           "f:3:57: item 2 of ports is 65536, " + range},
          {"address: 192.0.2.10, ports: [http], pool: web",
           "f:3:53: item 1 of ports is \"http\", " + range},
          {"address: 192.0.2.10, ports: 80, pool: web",
           "f:3:52: ports is 80, expected a list of port numbers; write [80]"},
          {"address: 192.0.2.10, ports: [], pool: web",
           "f:3:52: ports is an empty list, expected a list of port numbers, at least 1"},
          {"address: 192.0.2.10, ports: any, pool: web", ""},
          {"address: 192.0.2.10, ports: [80], protocol: udp, pool: web", ""},
          {"address: 192.0.2.10, ports: [80], protocol: udp, one_packet: true, pool: web", ""},
          {"address: 192.0.2.10, ports: [80], one_packet: true, pool: web",
           "f:3:70: one_packet is for services with protocol: udp"},
          {"address: 192.0.2.10, ports: [80], protocol: TCP, pool: web",
           "f:3:68: protocol is \"TCP\", expected one of tcp, udp; did you mean \"tcp\"?"},
          {"address: 192.0.2.10, ports: [80], scheduler: wlc, pool: web", ""},
          {"address: 192.0.2.10, ports: [80], scheduler: maglve, pool: web",
           "f:3:69: there is no scheduler \"maglve\"; did you mean \"maglev\"?"},
          {"address: 192.0.2.10, ports: [80], scheduler: fastest, pool: web",
           "f:3:69: there is no scheduler \"fastest\"; there are rr, wrr, lc, wlc, sed, nq, fo, "
           "ovf, dh, sh, mh, lblc, lblcr, twos, maglev"},
          {"address: 192.0.2.10, ports: [80], pool: web, scheduler: sh, scheduler_flags: [sh-port]",
           ""},
          {"address: 192.0.2.10, ports: [80], pool: web, scheduler: sh, scheduler_flags: [mh-port]",
           "f:3:102: the flag mh-port is not for the scheduler sh"},
          {"address: 192.0.2.10, ports: [80], pool: web, scheduler: s, scheduler_flags: [sh-port]",
           "f:3:80: there is no scheduler \"s\"; did you mean \"sh\"?"},
          {"address: 192.0.2.10, ports: [80], pool: web, scheduler_flags: [port]",
           "f:3:87: item 1 of scheduler_flags is \"port\", expected one of sh-port, sh-fallback, "
           "mh-port, mh-fallback"},
          {"address: 192.0.2.10, ports: [80]",
           "f:3:12: a service needs the key \"pool\" or \"servers\""},
          {"address: 192.0.2.10, ports: [80], pool: web, servers: [{address: 192.0.2.22}]",
           "f:3:12: a service has both \"pool\" and \"servers\"; keep one of them"},
          {"address: 192.0.2.10, ports: [80], pool: web, checks: [{http: {}}]",
           "f:3:12: a service has both \"pool\" and \"checks\"; move the checks to the pool"},
          {"address: 192.0.2.10, ports: [80], pool: web, persistence: {mask: 32, timeout: 5m}", ""},
          {"address: 192.0.2.10, ports: [80], pool: web, persistence: {mask: 33}",
           "f:3:89: mask is 33, an IPv4 prefix has at most 32 bits"},
          {"address: 192.0.2.10, ports: [80], pool: web, limit: {rate: 10, burst: 5, mask: 24}",
           ""},
          {"address: 192.0.2.10, ports: [80], pool: web, limit: {burst: 5}",
           "f:3:76: limit needs the key \"rate\""},
          {"address: 192.0.2.10, ports: [80], pool: web, limit: {rate: 0}",
           "f:3:83: rate is 0, expected a whole number from 1 to 1000000"},
          {"address: 192.0.2.10, ports: [80], pool: web, limit: {rate: 1, mask: 64}",
           "f:3:92: mask is 64, an IPv4 prefix has at most 32 bits"},
          {"address: 192.0.2.10, ports: [80], pool: web, allow: [10.0.0.0/8], deny: [10.0.0.1]",
           ""},
          {"address: 192.0.2.10, ports: [80], pool: web, deny: [10.0.0.1/8]",
           "f:3:76: item 1 of deny is \"10.0.0.1/8\", expected a network without bits behind its "
           "prefix; write 10.0.0.0/8"},
          {"address: 192.0.2.10, ports: [80], pool: web, deny: [10.0.0]",
           "f:3:76: item 1 of deny is \"10.0.0\", expected a network, such as 198.51.100.0/24, or "
           "an address"},
          {"address: 192.0.2.10, ports: [80], pool: web, deny: ['2001:db8::/32']",
           "f:3:76: 2001:db8::/32 is not of the family of the service's address, 192.0.2.10"},
          {"address: 192.0.2.10, ports: [80], pool: web, allow: [10.0.0.1], deny: [10.0.0.1/32]",
           "f:3:95: the network 10.0.0.1/32 is given twice; the first is at 3:77"},
          {"address: 192.0.2.10, ports: [80], pool: web, persistence: {mask: 0}",
           "f:3:89: mask is 0, expected a whole number from 1 to 128"},
          {"address: 192.0.2.10, ports: [80], pool: web, persistence: {across_ports: yes}",
           "f:3:97: across_ports is \"yes\", expected true or false"},
          {"address: 192.0.2.10, ports: [80], pool: web, sorry_server: 192.0.2.300",
           "f:3:83: sorry_server is \"192.0.2.300\", expected an IPv4 or IPv6 address"},
      },
      "}]\n");
}

TEST_CASE("a check's keys", "[config]") {
  const std::string status =
      "expected an HTTP status or a range of them from 100 to 599, such as 200-399";
  check(
      some_ports + "pools: {web: {servers: [{address: 192.0.2.21}], checks: [{",
      {
          {"http: {path: '/x?y=1', status: [200, 301-302]}, interval: 100ms, timeout: 10ms", ""},
          {"interval: 1s",
           "f:2:58: a check needs a key that says what it does; one of http, https, tcp, expect, "
           "script, agent, ping"},
          {"http: {}, tcp: {}",
           "f:2:58: a check does one thing, this one http and tcp; make a check of each"},
          {"tcp: {}, port: 81, via: real", ""},
          {"tcp: ", ""},
          {"tcp: {port: 81}", "f:2:64: tcp is a map, expected {}, as it has no keys of its own"},
          {"ping: {}, port: 81", "f:2:69: this check connects to no port"},
          {"http: {method: HEAD, host: www.example.org, body: well, body_regex: 'w.*l'}", ""},
          {"http: {method: get}",
           "f:2:74: method is \"get\", expected an HTTP method in capitals, such as GET or HEAD"},
          {"http: {sni: a}", "f:2:66: an http check has no key \"sni\"; it is for https"},
          {"http: {body_regex: '('}",
           "f:2:78: body_regex is \"(\": no POSIX extended regular expression: Unmatched ( or \\("},
          {"http: {body_regex: '(a)\\1'}",
           "f:2:78: body_regex is \"(a)\\1\": a regular expression with back-references is not "
           "supported"},
          {"https: {sni: www.example.org, verify: true, ca_file: /etc/ssl/ca.pem}", ""},
          {"https: {verify: true}",
           "f:2:66: an https check with verify: true needs sni or host; a certificate is checked "
           "against a name"},
          {"expect: {send: 'PING\\r\\n', receive: '*'}", ""},
          {"expect: {regex: '^220'}, port: 25", ""},
          {"expect: {send: a}",
           "f:2:67: an expect check needs the key \"receive\" or \"regex\"; receive: \"*\" takes "
           "any "
           "answer"},
          {"expect: {receive: a, regex: b}",
           "f:2:67: an expect check has both \"receive\" and \"regex\"; keep one of them"},
          {"expect: {udp: true, receive: a}",
           "f:2:67: an expect check with udp: true needs the key \"send\"; nobody answers a "
           "datagram that was not sent"},
          {"script: {command: [/bin/true, '%h'], user: nobody}", ""},
          {"script: {command: /bin/true}",
           "f:2:77: command is \"/bin/true\", expected a list: the program's path, then its "
           "arguments; no shell takes it apart"},
          {"script: {command: [true]}", "f:2:77: the program \"true\" has no absolute path"},
          {"script: {command: [/bin/true], user: root}",
           "f:2:96: a program does not run as root; name another user, such as nobody"},
          {"script: {command: [/bin/true]}, via: vip",
           "f:2:91: a program finds its own way to the server"},
          {"agent: {}, port: 9707", ""},
          {"agent: {}", "f:2:58: an agent check needs the key \"port\" or a command"},
          {"agent: {command: [/bin/true]}", ""},
          {"http: {path: x}", "f:2:72: path is \"x\", expected the path of a URL, from / on"},
          {"http: {path: '/a b'}",
           "f:2:72: path is \"/a b\", expected the path of a URL, from / on"},
          {"http: {status: 399-200}", "f:2:74: status is \"399-200\", " + status},
          {"http: {status: 99}", "f:2:74: status is 99, " + status},
          {"http: {status: 200-}", "f:2:74: status is \"200-\", " + status},
          {"http: {}, interval: 2",
           "f:2:79: interval is 2, expected a duration from 100ms to 1d with its unit (ms, s, m, "
           "h or d); for seconds write 2s"},
          {"http: {}, timeout: 2h",
           "f:2:78: timeout is \"2h\", expected a duration from 10ms to 1h with its unit (ms, s, "
           "m, h or d)"},
          {"http: {}, rise: 0", "f:2:75: rise is 0, expected a whole number from 1 to 1000"},
          {"http: {}, fal: 3", "f:2:69: a check has no key \"fal\"; did you mean \"fall\"?"},
      },
      "}]}}\n" + some_services);
}

}  // namespace drover::config
