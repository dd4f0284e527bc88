// SPDX-License-Identifier: BSD-3-Clause
// `failover.sync`: what it takes, and what it complains of.
#include <string>

#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {
namespace {

std::string file_with(const std::string& sync, const std::string& more = "") {
  return "ports:\n  - {name: front, driver: af_xdp, device: eth0}\n"
         "services:\n  - {name: web, address: 192.0.2.10, ports: [80], servers: "
         "[{address: 192.0.2.21}]}\n" +
         more + "failover:\n  vrrp: [{id: 51}]\n  sync: {" + sync + "}\n";
}

void complains(const std::string& sync, const std::string& of, const std::string& more = "") {
  INFO(sync);
  const auto lines = complaints(file_with(sync, more));
  if (of.empty()) {
    CHECK(lines.empty());
    return;
  }
  REQUIRE(!lines.empty());
  CHECK(lines.front().find(of) != std::string::npos);
}

}  // namespace

TEST_CASE("sync's keys", "[config]") {
  const std::string key = "key_file: /k, peers: [192.0.2.12]";
  complains(key, "");
  complains(key + ", port: 9000, wait: 0ms, refresh: 10s", "");
  complains("peers: [192.0.2.12]", "sync has no key_file");
  complains("key_file: /k", "sync has no peers");
  complains("key_file: /k, peers: [192.0.2.12, 192.0.2.12]", "the peer 192.0.2.12 is given twice");
  complains("key_file: k, peers: [192.0.2.12]", "expected the whole path of a file");
  complains(key + ", port: 0", "port is 0, expected a whole number from 1 to 65535");
  complains(key + ", refresh: 3m", "more than half of the shortest time-out");
  complains(key + ", refresh: 10s", "more than half of the shortest time-out of a connection, 15s",
            "timeouts: {udp: 15s}\n");
  complains(key + ", wiat: 5s", "did you mean \"wait\"?");
}

TEST_CASE("a file with nodes needs no peers of sync", "[config]") {
  const std::string nodes =
      "nodes:\n  lb1: {address: 192.0.2.11/24}\n  lb2: {address: 192.0.2.12/24}\n";
  const auto lines = complaints(nodes + file_with("key_file: /k"));
  for (const std::string& line : lines) CHECK(line.find("sync") == std::string::npos);
}

TEST_CASE("keys of sync with IPVS", "[config]") {
  complains("ipvs: {peers: [192.0.2.5]}", "");
  complains("ipvs: {peers: [192.0.2.5], group: 224.0.0.82, port: 8848, sync_id: 7, on: front}", "");
  complains("ipvs: {peers: [192.0.2.5], unicast: true}", "");
  complains("ipvs: {}", "ipvs needs the key \"peers\"");
  complains("ipvs: {peers: [192.0.2.5], group: 192.0.2.7}", "expected a multicast address");
  complains("ipvs: {peers: ['2001:db8::5']}", "of another family than the group 224.0.0.81");
  complains("ipvs: {peers: ['2001:db8::5'], group: 'ff02::81'}", "");
  complains("ipvs: {peers: [192.0.2.5], on: back}", "there is no port back");
  complains("ipvs: {peers: [192.0.2.5], sync_id: 256}", "expected a whole number from 0 to 255");
}

}  // namespace drover::config
