// SPDX-License-Identifier: BSD-3-Clause
// Persistent clients, as the connection list shows them.
#include <set>
#include <tuple>

#include "test/harness/in_process_plant.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::datapath {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr MacAddress own_mac{{2, 0, 0, 0, 0, 1}};

// SYN and ACK of 198.51.100.7, ports 40000 and 40001, to the port 8080.
const char* const frames[] = {
    "020000000001 0200000000fe 0800 4500002800010000 4006 8e8a c6336407 c000020a"
    "9c401f90000003e80000000050022000 00000000",
    "020000000001 0200000000fe 0800 4500002800010000 4006 8e8a c6336407 c000020a"
    "9c411f90000003e80000000050022000 00000000",
    "020000000001 0200000000fe 0800 4500002800010000 4006 8e8a c6336407 c000020a"
    "9c401f90000003e80000000050102000 00000000"};

}  // namespace

TEST_CASE("templates are listed beside their connections, each once", "[datapath]") {
  using Kind = ConnectionRow::Kind;
  const auto config = load_config(R"(
connections: 1000
ports: [{name: front, driver: vdev, device: net_ring0}]
services:
  - name: web
    address: 192.0.2.10
    ports: any
    persistence: {timeout: 2m}
    servers: [{address: 192.0.2.21, mac: "02:00:00:00:00:21"}]
)");
  for (const auto workers : std::initializer_list<std::uint16_t>{1, 2, 4}) {
    INFO(workers << " workers");
    InProcessPlant plant(config, {.ports = {{own_mac}}, .workers = workers});
    const auto listed = [&] {
      std::multiset<std::tuple<Kind, std::uint16_t, std::uint16_t>> rows;
      for (const ConnectionRow& row : plant.list_connections()) {
        CHECK(row.client == *IpAddress::parse("198.51.100.7"));
        CHECK(row.seconds_left == (row.kind == Kind::connection ? 60U : 120U));
        rows.insert({row.kind, row.client_port, row.virtual_port});
      }
      return rows;
    };
    for (int i = 0; i < 2; ++i) {
      plant.inject(PortId(0), from_hex(frames[i]));
      plant.run();
    }
    CHECK(plant.take_departures().size() == 2);
    CHECK(listed() == std::multiset<std::tuple<Kind, std::uint16_t, std::uint16_t>>{
                          {Kind::connection, 40000, 8080},
                          {Kind::connection, 40001, 8080},
                          {Kind::client_template, 0, 0}});
    plant.inject(PortId(0), from_hex(frames[2]));
    plant.run();
    std::size_t assured = 0;
    for (const ConnectionRow& row : plant.list_connections())
      assured += row.kind == Kind::assured_template ? 1 : 0;
    CHECK(assured == 1);
  }
}

TEST_CASE("a template in use gets its minutes from when it was due", "[datapath]") {
  const auto config = load_config(R"(
connections: 1000
ports: [{name: front, driver: vdev, device: net_ring0}]
services:
  - name: web
    address: 192.0.2.10
    ports: any
    persistence: {timeout: 30s}
    servers: [{address: 192.0.2.21, mac: "02:00:00:00:00:21"}]
)");
  InProcessPlant plant(config, {.ports = {{own_mac}}});
  for (const int frame : {0, 2}) {
    plant.inject(PortId(0), from_hex(frames[frame]));
    plant.run();
  }
  // Due after 30 s, 90 s and so on; however late the sweep comes, that is not added up.
  plant.wait(std::chrono::seconds(330) + std::chrono::seconds(30));
  unsigned templates = 0;
  for (const ConnectionRow& row : plant.list_connections()) {
    if (row.kind == ConnectionRow::Kind::connection) continue;
    ++templates;
    CHECK(row.seconds_left == 30);
  }
  CHECK(templates == 1);
}

}  // namespace drover::datapath
