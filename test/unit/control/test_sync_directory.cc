// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_directory.h"

#include "lib/net/wire.h"
#include "test/harness/in_process_plant.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using datapath::FlowRecord;

constexpr MacAddress port_mac{{2, 0, 0, 0, 0, 0x0b}};

std::string file(const std::string& servers, const std::string& ports = "[80, 443]",
                 const std::string& more = "") {
  return "ports:\n  - {name: front, driver: vdev, device: net_ring0}\n"
         "services:\n  - name: web\n    address: 192.0.2.10\n    ports: " +
         ports + "\n    scheduler: rr\n" + more + "    servers: [" + servers +
         "]\n  - name: six\n    address: \"2001:db8::10\"\n    ports: any\n    protocol: udp\n"
         "    scheduler: rr\n    servers: [{address: \"2001:db8::21\"}]\n";
}

const std::string forwards = "{address: 192.0.2.21}, {address: 192.0.2.22}";
const std::string backwards = "{address: 192.0.2.22}, {address: 192.0.2.21}";

struct Side {
  explicit Side(const std::string& text)
      : plant(test::load_config(text), {.ports = {{port_mac}}}), directory(plant.builder()) {
    directory.update();
  }
  test::InProcessPlant plant;
  SyncDirectory directory;
};

FlowRecord some_record(const Side& side) {
  FlowRecord record;
  record.client = *IpAddress::parse("198.51.100.7");
  record.client_port = 4000;
  record.virtual_port = 443;
  record.vip = side.plant.builder().vips()[0].tcp;
  record.state = flow::TcpState::fin_wait;
  record.destination = side.plant.builder().services()[1].servers[0].id;
  record.left = flow::Ticks(401);
  record.tentative = true;
  return record;
}

}  // namespace

TEST_CASE("files in another order agree on a connection's server") {
  const Side one(file(forwards));
  const Side other(file(backwards));
  const auto told = one.directory.describe(some_record(one));
  REQUIRE(told);
  CHECK(told->protocol == ip_protocol::tcp);
  CHECK(told->state == 4);
  CHECK(told->inactive);
  CHECK(told->vip == *IpAddress::parse("192.0.2.10"));
  CHECK(told->server == *IpAddress::parse("192.0.2.21"));
  CHECK(told->virtual_port == 443);
  CHECK(told->timeout == 101);
  const auto taken = other.directory.resolve(*told);
  REQUIRE(taken);
  CHECK(other.plant.builder().server(taken->destination) == *IpAddress::parse("192.0.2.21"));
  CHECK(taken->state == flow::TcpState::fin_wait);
  CHECK(taken->tentative);
  CHECK(taken->left == flow::Ticks(404));
}

TEST_CASE("what is not in the configuration is told apart") {
  const Side side(file(forwards));
  auto told = *side.directory.describe(some_record(side));
  told.server = *IpAddress::parse("192.0.2.29");
  CHECK(side.directory.resolve(told).error() == SyncMiss::server);
  told.virtual_port = 8080;
  CHECK(side.directory.resolve(told).error() == SyncMiss::service);
  told = *side.directory.describe(some_record(side));
  told.protocol = ip_protocol::udp;
  CHECK(side.directory.resolve(told).error() == SyncMiss::service);
  told.protocol = 132;
  CHECK(side.directory.resolve(told).error() == SyncMiss::service);
  told.protocol = ip_protocol::tcp;
  told.state = 11;
  CHECK(side.directory.resolve(told).error() == SyncMiss::state);
}

TEST_CASE("a service of any port and IPv6 is found") {
  const Side side(file(forwards));
  failover::SyncedConnection told{.protocol = ip_protocol::udp,
                                  .client = *IpAddress::parse("2001:db8:1::1"),
                                  .vip = *IpAddress::parse("2001:db8::10"),
                                  .server = *IpAddress::parse("2001:db8::21"),
                                  .client_port = 5000,
                                  .virtual_port = 53,
                                  .server_port = 53,
                                  .timeout = 300};
  const auto taken = side.directory.resolve(told);
  REQUIRE(taken);
  CHECK(taken->state == flow::TcpState::udp);
  CHECK(side.directory.describe(*taken) == told);
}

TEST_CASE("templates of one port and of all ports of a service come back") {
  for (const std::string across : {"false", "true"}) {
    const std::string more = "    persistence: {timeout: 5m, across_ports: " + across + "}\n";
    const Side one(file(forwards, "[80, 443]", more));
    const Side other(file(backwards, "[443, 80]", more));
    const ServiceView& view = one.plant.builder().services()[1];
    FlowRecord record;
    record.kind = FlowRecord::Kind::client_template;
    record.client = *IpAddress::parse("198.51.100.7");
    record.group = view.persistence->group;
    record.destination = view.persistence->names[1];
    record.left = flow::Ticks(400);
    const auto told = one.directory.describe(record);
    REQUIRE(told);
    CHECK(told->is_template);
    CHECK(told->virtual_port == (across == "true" ? 0 : 443));
    const auto taken = other.directory.resolve(*told);
    REQUIRE(taken);
    CHECK(taken->kind == FlowRecord::Kind::client_template);
    CHECK(!taken->tentative);
    CHECK(other.plant.builder().server(taken->destination) == *IpAddress::parse("192.0.2.22"));
    CHECK(other.directory.describe(*taken) == told);
  }
}

TEST_CASE("the hash of the services knows no order, but every server and weight") {
  const std::uint64_t hash = Side(file(forwards)).directory.hash();
  CHECK(Side(file(backwards)).directory.hash() == hash);
  CHECK(Side(file("{address: 192.0.2.21}")).directory.hash() != hash);
  CHECK(Side(file("{address: 192.0.2.21}, {address: 192.0.2.23}")).directory.hash() != hash);
  CHECK(Side(file("{address: 192.0.2.21}, {address: 192.0.2.22, weight: 2}")).directory.hash() !=
        hash);
  CHECK(Side(file(forwards, "[80]")).directory.hash() != hash);
  CHECK(Side(file(forwards, "[80, 443]", "    persistence: {timeout: 5m}\n")).directory.hash() !=
        hash);
}

}  // namespace drover::control
