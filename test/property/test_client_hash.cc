// SPDX-License-Identifier: BSD-3-Clause
// Schedulers that go by the client: of QUIC, whose clients may change their port, and of ICMP
// errors about flows that no worker has an entry of.
#include <set>

#include "test/harness/client_datagrams.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

struct Variant {
  const char* scheduler;
  bool is_tcp;
  bool one_packet = false;
};

config::Config web(const Variant& variant, Family family, std::uint16_t workers) {
  config::Config config = load_config(web_file(5, 2'000, workers, family));
  config.services[0].scheduler = variant.scheduler;
  if (!variant.is_tcp) config.services[0].protocol = config::Protocol::udp;
  config.services[0].one_packet = variant.one_packet;
  return config;
}

// The server that got the only frame that left; none: none did.
std::optional<MacAddress> server_of(InProcessPlant& plant, const Bytes& frame) {
  plant.inject(PortId(0), frame);
  plant.run();
  const auto departures = plant.take_departures();
  if (departures.size() != 1) return std::nullopt;
  const auto to = header_at<EthernetHeader>(std::span(departures[0].frame), 0).destination;
  return to.bytes()[4] == 1 ? std::optional(to) : std::nullopt;
}

ClientFrame frame_of(Family family, std::uint32_t client, std::uint16_t port) {
  const IpAddress address = client_of(family, 0xc6330000 + client);
  return {.to = port_mac,
          .client = address,
          .client_port = port,
          .vip = vip_for(address),
          .flags = TcpHeader::syn,
          .payload = 64};
}

template <class Check>
void for_each(std::initializer_list<Variant> variants, Check&& check) {
  for (const Variant& variant : variants)
    for (const Family family : {Family::v4, Family::v6})
      for (const std::uint16_t workers : worker_counts) {
        INFO(variant.scheduler << (variant.is_tcp ? ", TCP" : ", UDP")
                               << (variant.one_packet ? ", one packet" : "")
                               << (family == Family::v6 ? ", IPv6" : "") << ", workers "
                               << workers);
        InProcessPlant plant(web(variant, family, workers),
                             {.ports = {{port_mac}}, .workers = workers});
        check(plant, variant, family);
      }
}

}  // namespace

TEST_CASE("a QUIC client that changes its port keeps its server", "[hash]") {
  for_each({{"sh", false}, {"maglev", false}, {"maglev", false, true}, {"mh", false}},
           [](InProcessPlant& plant, const Variant&, Family family) {
             std::set<MacAddress> all;
             for (std::uint32_t client = 0; client < 40; ++client) {
               const auto server = server_of(plant, udp_frame(frame_of(family, client, 40'000)));
               REQUIRE(server);
               all.insert(*server);
               for (std::uint16_t port = 40'001; port < 40'010; ++port)
                 REQUIRE(server_of(plant, udp_frame(frame_of(family, client, port))) == server);
             }
             CHECK(all.size() > 1);
           });
}

TEST_CASE("a flow that begins at several workers at once gets one server by its hash", "[hash]") {
  for_each({{"sh", true}, {"mh", true}, {"dh", true}, {"maglev", true}, {"maglev", false}},
           [](InProcessPlant& plant, const Variant& variant, Family family) {
             for (std::uint32_t client = 0; client < 40; ++client) {
               const ClientFrame flow =
                   frame_of(family, client, static_cast<std::uint16_t>(40'000 + client));
               const Bytes first = variant.is_tcp ? tcp_frame(flow) : udp_frame(flow);
               // As while a card's hash changes.
               for (std::uint16_t queue = 0; queue < plant.workers(); ++queue)
                 plant.port(PortId(0)).inject(queue, first);
               plant.run();
               std::set<MacAddress> servers;
               for (const Departure& left : plant.take_departures())
                 servers.insert(header_at<EthernetHeader>(std::span(left.frame), 0).destination);
               REQUIRE(servers.size() == 1);
               REQUIRE(servers.begin()->bytes()[4] == 1);
             }
           });
}

TEST_CASE("of a flow without an entry the hash says where an ICMP error goes", "[hash]") {
  for_each({{"sh", true}, {"maglev", true}, {"maglev", false}, {"maglev", false, true}},
           [](InProcessPlant& plant, const Variant& variant, Family family) {
             for (std::uint32_t client = 0; client < 40; ++client) {
               const ClientFrame flow =
                   frame_of(family, client, static_cast<std::uint16_t>(40'000 + client));
               const Bytes first = variant.is_tcp ? tcp_frame(flow) : udp_frame(flow);
               // Routers' errors come to whichever worker.
               std::set<std::optional<MacAddress>> servers;
               for (std::uint32_t router = 0; router < 8; ++router)
                 servers.insert(server_of(
                     plant, answer_too_big(first, client_of(family, 0xcb007100 + router))));
               REQUIRE(servers.size() == 1);
               REQUIRE(servers == std::set{server_of(plant, first)});
             }
             CHECK(plant.list_connections().size() == (variant.one_packet ? 0 : 40));
           });
}

}  // namespace drover::test
