// SPDX-License-Identifier: BSD-3-Clause
// IPv4 and IPv6 side by side.
#include <set>

#include "lib/control/table_sizes.h"
#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace)

constexpr MacAddress own_mac{{2, 0, 0, 0, 0, 1}};

const char* const v4_service = R"(
  - name: web
    address: 192.0.2.10
    ports: [80]
    servers: [{address: 192.0.2.21, mac: "02:00:00:00:00:21"}]
)";
const char* const v6_service = R"(
  - name: web6
    address: 2001:db8::10
    ports: [80]
    servers: [{address: 2001:db8::21, mac: "02:00:00:00:00:21"}]
)";

config::Config config_of(const std::string& services) {
  return load_config(
      "connections: 1000\nports: [{name: front, driver: vdev, device: net_ring0}]\nservices:" +
      services);
}

Bytes syn(const char* client, const char* vip) {
  return tcp_frame({.to = own_mac,
                    .client = *IpAddress::parse(client),
                    .client_port = 40000,
                    .vip = *IpAddress::parse(vip),
                    .flags = TcpHeader::syn});
}

}  // namespace

TEST_CASE("connections of both families are listed with their clients", "[datapath]") {
  for (const auto workers : std::initializer_list<std::uint16_t>{1, 2, 4}) {
    InProcessPlant plant(config_of(std::string(v4_service) + v6_service),
                         {.ports = {{own_mac}}, .workers = workers});
    plant.inject(PortId(0), syn("198.51.100.7", "192.0.2.10"));
    plant.inject(PortId(0), syn("2001:db8:f::7", "2001:db8::10"));
    plant.inject(PortId(0), syn("2001:db8:f::8", "2001:db8::10"));
    plant.run();
    CHECK(plant.take_departures().size() == 3);
    std::set<std::string> listed;
    for (const ConnectionRow& row : plant.list_connections())
      listed.insert(to_string(row.client, row.client_port) + " " +
                    to_string(plant.builder().vip(row.vip).address, row.virtual_port) + " " +
                    to_string(plant.builder().server(row.destination)));
    CHECK(listed == std::set<std::string>{"198.51.100.7:40000 192.0.2.10:80 192.0.2.21",
                                          "[2001:db8:f::7]:40000 [2001:db8::10]:80 2001:db8::21",
                                          "[2001:db8:f::8]:40000 [2001:db8::10]:80 2001:db8::21"});
  }
}

TEST_CASE("a family that no service has gets no memory", "[datapath]") {
  const auto sizes = [](const std::string& services) {
    return control::table_sizes(config_of(services), 2);
  };
  const auto v4 = sizes(v4_service);
  const auto v6 = sizes(v6_service);
  const auto both = sizes(std::string(v4_service) + v6_service);
  CHECK(v4.v4 == 500 * 32);
  CHECK(v4.v6 <= 256);
  CHECK(v6.v4 <= 128);
  CHECK(v6.v6 == 500 * 64);
  CHECK(both.v4 == v4.v4);
  CHECK(both.v6 == v6.v6);
}

TEST_CASE("a family whose first service a reload brings has room for all its connections",
          "[datapath]") {
  for (const auto workers : std::initializer_list<std::uint16_t>{1, 2, 4})
    for (const bool is_v6 : {true, false}) {
      INFO("workers: " << workers << (is_v6 ? ", IPv6" : ", IPv4"));
      InProcessPlant plant(config_of(is_v6 ? v4_service : v6_service),
                           {.ports = {{own_mac}}, .workers = workers});
      const auto open = [&](bool v6, int number) {
        const std::string last =
            std::to_string(number / 250) + (v6 ? ":" : ".") + std::to_string(1 + number % 250);
        plant.inject(PortId(0), v6 ? syn(("2001:db8:f::" + last).c_str(), "2001:db8::10")
                                   : syn(("198.51." + last).c_str(), "192.0.2.10"));
        plant.run();
      };
      open(!is_v6, 0);
      plant.configure(config_of(std::string(v4_service) + v6_service));
      for (int i = 0; i < 1'000; ++i) open(is_v6, i);
      CHECK(plant.total(Verdict::forwarded_new) == 1'001);
      CHECK(plant.list_connections().size() == 1'001);
      // And keeps it when the others' service goes and comes back.
      plant.configure(config_of(is_v6 ? v6_service : v4_service));
      plant.configure(config_of(std::string(v4_service) + v6_service));
      for (int i = 0; i < 1'000; ++i) open(is_v6, i);
      CHECK(plant.total(Verdict::forwarded) == 1'000);
    }
}

}  // namespace drover::datapath
