// SPDX-License-Identifier: BSD-3-Clause
// What becomes of connections: when their server is removed, when their SYN comes again, when they
// are not known. (test/ipvs has what IPVS does by default.)
#include <algorithm>
#include <chrono>

#include "test/harness/client_datagrams.h"
#include "test/harness/receive_side_scaling.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using namespace std::chrono_literals;
using datapath::Verdict;

constexpr auto syn = TcpHeader::syn;
constexpr auto ack = TcpHeader::ack;
constexpr auto rst = TcpHeader::rst;
constexpr auto fin = static_cast<std::uint8_t>(TcpHeader::fin | TcpHeader::ack);

class Web {
 public:
  Web(unsigned servers, const std::string& settings, std::uint16_t workers)
      : settings_(settings),
        workers_(workers),
        plant_(file(servers), {.ports = {{port_mac}}, .workers = workers}) {}

  // One of the client's connections, by a number that stands for its port: all come to one worker,
  // so that they go round. The last byte of the server's MAC address; 0: none got it.
  int send(std::uint16_t number, std::uint8_t flags) {
    const auto server = drover::test::send(plant_, {client, port_of(number), {}}, flags);
    return server ? server->bytes()[5] : 0;
  }
  int open(std::uint16_t port) {
    const int server = send(port, syn);
    CHECK(send(port, ack) == server);
    return server;
  }
  void servers(unsigned count) { plant_.configure(file(count)); }
  void weights(const std::vector<std::uint32_t>& weights) {
    config::Config config = file(static_cast<unsigned>(weights.size()));
    auto& servers = config.pools.begin()->second.servers;
    for (std::size_t i = 0; i < weights.size(); ++i) servers[i].weight = weights[i];
    plant_.configure(config);
  }
  InProcessPlant& plant() { return plant_; }

 private:
  config::Config file(unsigned servers) const {
    return load_config(settings_ + web_file(servers, 2'000, workers_));
  }
  std::uint16_t port_of(std::uint16_t number) const {
    if (number == ftp_data) return number;
    for (auto port = static_cast<std::uint16_t>(number * 16);; ++port) {
      const Bytes frame =
          tcp_frame({.to = port_mac, .client = client, .client_port = port, .vip = web_vip});
      if (queue_of(frame, workers_) == 0) return port;
    }
  }

  static constexpr std::uint16_t ftp_data = 20;
  static inline const IpAddress client = Ipv4Address(0xc6336407);
  std::string settings_;
  std::uint16_t workers_;
  InProcessPlant plant_;
};

// Whether a server gets a SYN in two fragments.
bool send_syn_in_fragments(InProcessPlant& plant, const Flow& flow, std::uint16_t identification) {
  const Bytes whole = tcp_frame({.to = port_mac,
                                 .client = flow.client,
                                 .client_port = flow.port,
                                 .vip = web_vip,
                                 .flags = syn,
                                 .payload = 16});
  for (const Bytes& fragment : cut(whole, 24, identification)) plant.inject(PortId(0), fragment);
  plant.run();
  const auto departures = plant.take_departures();
  return std::ranges::any_of(departures, [](const Departure& departure) {
    return header_at<EthernetHeader>(std::span(departure.frame), 0).destination.bytes()[4] == 1;
  });
}

}  // namespace

TEST_CASE("connections of a removed server go on to it", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  Web web(2, "on_removed: keep\n", workers);
  CHECK(web.open(1'000) == 1);
  CHECK(web.open(1'001) == 2);
  web.servers(1);
  CHECK(web.send(1'001, ack) == 2);
  CHECK(web.open(1'002) == 1);  // new ones do not
  for (int minute = 0; minute < 4; ++minute) {
    web.plant().wait(1min);
    CHECK(web.send(1'001, ack) == 2);
  }
  web.plant().wait(59s);
  CHECK(web.send(1'001, ack) == 2);
  web.plant().wait(1s);
  CHECK(web.send(1'001, ack) == 1);  // adopted by hash
  CHECK(web.plant().total(Verdict::forwarded_adopted) == 1);
  CHECK(web.send(1'000, ack) == 1);
}

TEST_CASE("a server that comes back has its connections again", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  for (const char* policy : {"keep", "drop"}) {
    INFO(policy);
    Web web(2, std::string("on_removed: ") + policy + "\n", workers);
    CHECK(web.open(1'000) == 1);
    CHECK(web.open(1'001) == 2);
    web.servers(1);
    const bool keeps = policy == std::string("keep");
    CHECK(web.send(1'001, ack) == (keeps ? 2 : 0));
    CHECK(web.plant().total(Verdict::server_removed) == (keeps ? 0 : 1));
    web.servers(2);
    CHECK(web.send(1'001, ack) == 2);
    web.plant().wait(6min);
    CHECK(web.send(1'001, ack) == 2);
    CHECK(web.plant().total(Verdict::forwarded_adopted) == 0);
  }
}

TEST_CASE("connections of a removed server that are dropped expire", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  Web web(2, "on_removed: drop\n", workers);
  CHECK(web.open(1'000) == 1);
  CHECK(web.open(1'001) == 2);
  web.servers(1);
  for (int minute = 0; minute < 15; ++minute) {
    CHECK(web.send(1'001, ack) == 0);
    web.plant().wait(1min);
  }
  web.plant().wait(5s);
  CHECK(web.send(1'001, ack) == 1);  // adopted by hash
}

TEST_CASE("connections of a removed server are scheduled anew", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  Web web(2, "on_removed: reschedule\nunknown: reset\n", workers);
  CHECK(web.open(1'000) == 1);
  CHECK(web.open(1'001) == 2);
  CHECK(web.open(1'002) == 1);
  CHECK(web.open(1'003) == 2);
  web.servers(1);
  CHECK(web.send(1'001, ack) == 0);
  CHECK(web.plant().total(Verdict::refused_reset) == 1);
  CHECK(web.send(1'003, syn) == 1);
  CHECK(web.send(1'003, ack) == 1);
}

TEST_CASE("a SYN leaves a drained server when connections are rescheduled", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  for (const char* policy : {"keep", "drop", "reschedule"}) {
    INFO(policy);
    Web web(2, std::string("on_removed: ") + policy + "\n", workers);
    CHECK(web.open(1'000) == 1);
    CHECK(web.open(1'001) == 2);
    web.weights({1, 0});
    CHECK(web.send(1'001, ack) == 2);
    CHECK(web.send(1'001, syn) == (policy == std::string("reschedule") ? 1 : 2));
  }
}

TEST_CASE("a SYN on a connection that is over", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  struct Case {
    const char* policy;
    int after_reset;
    int after_close;
  };
  for (const Case& each : {Case{"never", 1, 1}, Case{"closed", 2, 1}, Case{"finished", 2, 2}}) {
    INFO(each.policy);
    for (const std::uint8_t end : {rst, fin}) {
      Web web(2, std::string("conn_reuse: ") + each.policy + "\n", workers);
      CHECK(web.open(1'000) == 1);
      CHECK(web.send(1'000, end) == 1);
      CHECK(web.send(1'000, syn) == (end == rst ? each.after_reset : each.after_close));
    }
  }
}

// IPVS's connections end by a timer, after the packet that supersedes them.
TEST_CASE("what is superseded counts until its successor has a server", "[datapath]") {
  const bool fragmented = GENERATE(false, true);
  InProcessPlant plant(
      [] {
        config::Config config = load_config(web_file(1, 2'000, 1));
        config.pools.begin()->second.servers[0].upper_threshold = 1;
        return config;
      }(),
      {.ports = {{port_mac}}});
  const Flow flow{Ipv4Address(0xc6336407), 1'000, {}};
  CHECK(drover::test::send(plant, flow, syn));
  CHECK(drover::test::send(plant, flow, ack));
  CHECK(drover::test::send(plant, flow, rst));
  for (std::uint16_t again = 1; again <= 2; ++again) {
    const bool got_it = fragmented ? send_syn_in_fragments(plant, flow, again)
                                   : drover::test::send(plant, flow, syn).has_value();
    CHECK(got_it == (again == 2));  // until then the threshold is still reached
  }
}

TEST_CASE("a server that comes back after its connections were ended has none", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  Web web(2, "on_removed: reschedule\nunknown: reset\n", workers);
  CHECK(web.open(1'000) == 1);
  CHECK(web.open(1'001) == 2);
  web.servers(1);
  web.servers(2);
  CHECK(web.send(1'001, ack) == 0);
  CHECK(web.send(1'000, ack) == 1);
  const auto& servers = web.plant().builder().services().front().servers;
  CHECK(totals(servers[1]).active == 0);
  // Its former id is given out again once nothing can hold it.
  web.servers(1);
  web.plant().wait(20min);
  web.servers(1);
  const std::size_t ids = web.plant().builder().destination_count();
  for (int i = 0; i < 5; ++i) {
    web.servers(2);
    web.servers(1);
    web.plant().wait(2min);
  }
  CHECK(web.plant().builder().destination_count() <= ids + 1);
}

TEST_CASE("a connection from FTP's data port is not begun", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  Web web(1, "", workers);
  CHECK(web.send(20, syn) == 0);
  CHECK(web.plant().total(Verdict::refused_reset) == 1);
}

TEST_CASE("a packet in mid-stream of no connection", "[datapath]") {
  const auto workers = GENERATE(as<std::uint16_t>(), 1, 2, 4);
  INFO("workers: " << workers);
  Web schedule(2, "unknown: schedule\n", workers);
  for (std::uint16_t port = 1'000; port < 1'006; ++port) {
    const int server = schedule.send(port, ack);
    CHECK(server == 1 + port % 2);
    CHECK(schedule.send(port, ack) == server);
  }
  Web reset(2, "unknown: reset\n", workers);
  CHECK(reset.send(1'000, ack) == 0);
  CHECK(reset.plant().total(Verdict::refused_reset) == 1);
  Web drop(2, "unknown: drop\n", workers);
  CHECK(drop.send(1'000, ack) == 0);
  CHECK(drop.plant().total(Verdict::unknown_dropped) == 1);
}

}  // namespace drover::test
