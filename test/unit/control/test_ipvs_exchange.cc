// SPDX-License-Identifier: BSD-3-Clause
// The kernel's own messages (test/unit/failover/data) reach the data path, and what the data path
// tells is what the kernel would tell.
#include "lib/control/ipvs_exchange.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/net/wire.h"
#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover::control {
namespace {

using test::Bytes;

constexpr MacAddress port_mac{{2, 0, 0, 0, 0, 0x0b}};
const IpAddress director = *IpAddress::parse("10.0.0.1");
constexpr std::size_t udp_payload = 14 + 20 + 8;

std::string file(const std::string& more = "") {
  return "ports:\n  - {name: front, driver: vdev, device: net_ring0}\n"
         "services:\n  - name: web\n    address: 10.0.0.100\n    ports: [80]\n    scheduler: rr\n" +
         more +
         "    servers:\n"
         "      - {address: 10.0.0.101, mac: \"02:00:00:00:01:01\"}\n"
         "      - {address: 10.0.0.102, mac: \"02:00:00:00:01:02\"}\n"
         "      - {address: 10.0.0.103, mac: \"02:00:00:00:01:03\"}\n";
}

struct Side {
  explicit Side(const std::string& text, const config::IpvsSync& settings)
      : plant(test::load_config(text), {.ports = {{port_mac}}}),
        directory(plant.builder()),
        exchange(settings, directory,
                 {.send =
                      [this](const IpAddress& to, std::span<const std::uint8_t> message) {
                        sent.emplace_back(to, Bytes(message.begin(), message.end()));
                      },
                  .receive =
                      [this](const datapath::FlowRecord& record) {
                        REQUIRE(plant.crossing(WorkerId(0)).received_flows.push(record));
                      }}) {
    directory.update();
    plant.set_flow_reporting(datapath::FlowReporting::on);
  }

  void send(std::uint8_t flags, std::uint16_t port = 2000) {
    plant.inject(PortId(0), test::tcp_frame({.to = port_mac,
                                             .client = *IpAddress::parse("10.0.1.1"),
                                             .client_port = port,
                                             .vip = *IpAddress::parse("10.0.0.100"),
                                             .flags = flags}));
    plant.run();
    datapath::FlowRecord record;
    while (plant.crossing(WorkerId(0)).flow_changes.pop_some({&record, 1}) == 1)
      exchange.tell(record, IpvsExchange::TimePoint());
  }

  std::vector<failover::SyncedConnection> told() {
    exchange.flush();
    std::vector<failover::SyncedConnection> all;
    for (const auto& [to, message] : sent)
      CHECK(!failover::read_sync_message(
          message, 0, [&](const failover::SyncedConnection& one) { all.push_back(one); }));
    sent.clear();
    return all;
  }

  test::InProcessPlant plant;
  SyncDirectory directory;
  IpvsExchange exchange;
  std::vector<std::pair<IpAddress, Bytes>> sent;
};

nlohmann::json recording(const char* name) {
  std::ifstream stream(std::filesystem::path(FAILOVER_DATA) / name);
  return nlohmann::json::parse(stream);
}

// "10.0.1.1:2000 10.0.0.103 FIN_WAIT" of each, sorted; a template's client port is 0.
std::vector<std::string> table_of(Side& side) {
  std::vector<std::string> lines;
  for (const datapath::ConnectionRow& row : side.plant.list_connections()) {
    using Kind = datapath::ConnectionRow::Kind;
    const std::string state =
        row.kind == Kind::assured_template ? "ASSURED" : std::string(flow::name(row.state));
    lines.push_back(to_string(row.client, row.client_port) + " " +
                    to_string(side.plant.builder().server(row.destination)) + " " + state);
  }
  std::ranges::sort(lines);
  return lines;
}

std::vector<std::string> table_of(const nlohmann::json& rows) {
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    const auto server = row["server"].get<std::string>();
    lines.push_back(row["client"].get<std::string>() + " " + server.substr(0, server.find(':')) +
                    " " + row["state"].get<std::string>());
  }
  std::ranges::sort(lines);
  return lines;
}

}  // namespace

TEST_CASE("what the kernel has told is in the table as in the kernel's other director") {
  for (const char* name : {"handshake-data-close.json", "handshake-then-data.json",
                           "persistent.json", "reset.json", "three-connections.json"}) {
    INFO(name);
    const auto recorded = recording(name);
    const bool persistent =
        recorded["service"].get<std::string>().find("-p 300") != std::string::npos;
    Side side(file(persistent ? "    persistence: {timeout: 5m}\n" : ""),
              {.peers = {director}, .on = {}});
    for (const auto& frame : recorded["frames"]) {
      const Bytes bytes = test::from_hex(frame.get<std::string>());
      side.exchange.hear(director, std::span(bytes).subspan(udp_payload));
    }
    side.plant.run();
    CHECK(table_of(side) == table_of(recorded["backup_table_after_receiving"]));
    CHECK(side.exchange.counts().dropped.empty());
  }
}

TEST_CASE("messages of others, of other groups and damaged ones are counted") {
  Side side(file(), {.peers = {director}, .sync_id = 8, .on = {}});
  const Bytes bytes = test::from_hex(recording("syncid-7.json")["frames"][0].get<std::string>());
  const auto message = std::span(bytes).subspan(udp_payload);
  side.exchange.hear(*IpAddress::parse("10.0.0.9"), message);
  CHECK(side.exchange.unknown_senders() == 1);
  side.exchange.hear(director, message);
  CHECK(side.exchange.counts().dropped.at("other_id") == 1);
  side.exchange.hear(director, message.first(message.size() - 1));
  CHECK(side.exchange.counts().dropped.at("bad_length") == 1);
  side.plant.run();
  CHECK(side.plant.list_connections().empty());
}

TEST_CASE("a connection of a service or a server that is not here is counted") {
  Side side(file(), {.peers = {director}, .on = {}});
  failover::SyncMessageWriter writer(0, 1'400);
  failover::SyncedConnection connection{.protocol = ip_protocol::tcp,
                                        .state = 1,
                                        .client = *IpAddress::parse("10.0.1.1"),
                                        .vip = *IpAddress::parse("10.0.0.100"),
                                        .server = *IpAddress::parse("10.0.0.109"),
                                        .client_port = 2000,
                                        .virtual_port = 80,
                                        .server_port = 80,
                                        .timeout = 900};
  REQUIRE(writer.add(connection));
  connection.virtual_port = 81;
  REQUIRE(writer.add(connection));
  side.exchange.hear(director, writer.finish());
  CHECK(side.exchange.counts().dropped.at("server") == 1);
  CHECK(side.exchange.counts().dropped.at("service") == 1);
  CHECK(side.exchange.counts().entries_received == 0);
}

TEST_CASE("a director hears of the states that it would tell of") {
  Side side(file(), {.peers = {director}, .on = {}});
  side.send(TcpHeader::syn);
  CHECK(side.told().empty());
  side.send(TcpHeader::ack);
  auto told = side.told();
  REQUIRE(told.size() == 1);
  CHECK(told[0].state == 1);
  CHECK(told[0].timeout == 900);
  CHECK(!told[0].inactive);
  CHECK(!told[0].tentative);
  CHECK(told[0].client_port == 2000);
  side.send(TcpHeader::ack | TcpHeader::fin);
  told = side.told();
  REQUIRE(told.size() == 1);
  CHECK(told[0].state == 4);
  CHECK(told[0].inactive);
  CHECK(told[0].timeout == 120);
}

TEST_CASE("a message goes to the group, or to each peer") {
  const IpAddress other = *IpAddress::parse("10.0.0.2");
  for (const bool unicast : {false, true}) {
    Side side(file(), {.peers = {director, other}, .unicast = unicast, .on = {}});
    side.send(TcpHeader::syn);
    side.send(TcpHeader::ack);
    CHECK(side.sent.empty());
    REQUIRE(side.exchange.next());
    side.exchange.tick(*side.exchange.next() - std::chrono::milliseconds(1));
    CHECK(side.sent.empty());
    side.exchange.tick(*side.exchange.next());
    if (unicast) {
      REQUIRE(side.sent.size() == 2);
      CHECK(side.sent[0].first == director);
      CHECK(side.sent[1].first == other);
    } else {
      REQUIRE(side.sent.size() == 1);
      CHECK(side.sent[0].first == *IpAddress::parse("224.0.0.81"));
    }
    CHECK(!side.exchange.next());
  }
}

}  // namespace drover::control
