// SPDX-License-Identifier: BSD-3-Clause
// What a look-up says of a flow is what its next packet then gets, and asking changes nothing.
#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "lib/balance/scheduler.h"
#include "test/harness/receive_side_scaling.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using datapath::FlowReason;

datapath::FlowQuestion question_of(const Flow& flow) {
  return {.client = flow.client,
          .vip = vip_for(flow.client),
          .client_port = flow.port,
          .virtual_port = 80,
          .protocol = ip_protocol::tcp};
}

// Server N has the address 192.0.2.(20 + N) or 2001:db8::(20 + N), the number written as it is, and
// the MAC address that ends with N.
MacAddress mac_of(const InProcessPlant& plant, DestinationId server) {
  const IpAddress& address = plant.builder().server(server);
  const int number = address.is_v4() ? static_cast<int>(address.v4().value() & 0xffU) - 20
                                     : address.v6().bytes()[15] - 0x20;
  return MacAddress({2, 0, 0, 0, 1, static_cast<std::uint8_t>(number)});
}

std::uint16_t worker_of(const Flow& flow, std::uint16_t workers) {
  return queue_of(tcp_frame({.to = port_mac,
                             .client = flow.client,
                             .client_port = flow.port,
                             .vip = vip_for(flow.client)}),
                  workers);
}

// The one that tells of the flow: whose entry or template it is, or to which its packets come.
const datapath::FlowAnswer& telling(const std::vector<datapath::FlowAnswer>& answers,
                                    std::uint16_t worker, bool persistent) {
  if (!persistent || answers[worker].decision.reason == FlowReason::entry) return answers[worker];
  for (const auto& answer : answers)
    if (answer.decision.reason != FlowReason::none) return answer;
  return answers[worker];
}

config::Config web(Family family, std::string_view scheduler, std::uint16_t workers) {
  config::Config config = load_config(web_file(5, 2'000, workers, family));
  config.services[0].scheduler = scheduler;
  std::uint32_t weight = 1;
  for (auto& server : config.pools.begin()->second.servers) server.weight = weight++;
  return config;
}

// Each packet goes where asking twice has said; now and then time passes, and `change` is called.
template <class Change>
void foretell(const config::Config& config, Family family, std::uint16_t workers, Change&& change) {
  InProcessPlant plant(config, {.ports = {{port_mac}}, .workers = workers});
  const bool persistent = config.services[0].persistence.has_value();
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    if (i % 50 == 0) change(plant, i / 50);
    const Flow flow{client_of(family, 0xc6336400U + static_cast<std::uint32_t>(random() % 30)),
                    static_cast<std::uint16_t>(1 + random() % 20),
                    {}};
    plant.look_up(question_of(flow));
    const auto answers = plant.look_up(question_of(flow));
    const auto& answer = telling(answers, worker_of(flow, workers), persistent);
    const bool has_entry = answer.decision.reason == FlowReason::entry;
    const bool syn = random() % 2 == 0;
    const auto& decision = syn || has_entry ? answer.decision : answer.mid_stream;
    const auto got = send(plant, flow, syn ? TcpHeader::syn : TcpHeader::ack);
    REQUIRE(got.has_value() == decision.has_server);  // with ovf all may be full
    if (got) REQUIRE(*got == mac_of(plant, decision.server));
    if (random() % 10 == 0) plant.wait(std::chrono::seconds(10));
  }
}

constexpr auto no_change = [](InProcessPlant&, int) {};

// What a worker holds and counts, but for what is left of each connection's time.
std::vector<std::string> table_of(InProcessPlant& plant) {
  std::vector<std::string> rows;
  for (const auto& row : plant.list_connections())
    rows.push_back(to_string(row.client, row.client_port) + " " +
                   to_string(plant.builder().server(row.destination)) + " " +
                   std::string(flow::name(row.state)));
  std::ranges::sort(rows);
  return rows;
}

}  // namespace

TEST_CASE("a flow goes where its look-up has said", "[lookup]") {
  for (const std::string_view scheduler : balance::scheduler_names())
    for (const std::uint16_t workers : worker_counts)
      for (const bool persistent : {false, true})
        for (const Family family : {Family::v4, Family::v6}) {
          INFO(scheduler << ", workers " << workers << (persistent ? ", persistent" : "")
                         << (family == Family::v6 ? ", IPv6" : ""));
          config::Config config = web(family, scheduler, workers);
          if (persistent)
            config.services[0].persistence = {.mask =
                                                  std::uint8_t(family == Family::v4 ? 32 : 128)};
          foretell(config, family, workers, no_change);
        }
}

TEST_CASE("a look-up foretells the lot of servers that warm up, and passes over those down",
          "[lookup]") {
  using control::Standing;
  const auto change = [](InProcessPlant& plant, int step) {
    const auto share = static_cast<std::uint8_t>(4 * step + 1);
    plant.set_standings({{.role = Standing::Role::serves},
                         {.role = step % 2 == 0 ? Standing::Role::out : Standing::Role::serves},
                         {.role = Standing::Role::serves, .share = share},
                         {.role = Standing::Role::serves, .share = 1},
                         {.role = Standing::Role::serves}});
  };
  for (const std::string_view scheduler : balance::scheduler_names())
    for (const std::uint16_t workers : worker_counts)
      for (const bool persistent : {false, true}) {
        INFO(scheduler << ", workers " << workers << (persistent ? ", persistent" : ""));
        config::Config config = web(Family::v4, scheduler, workers);
        if (persistent) config.services[0].persistence = {.mask = 32};
        foretell(config, Family::v4, workers, change);
      }
}

TEST_CASE("asking changes neither a table nor a scheduler's turn", "[lookup]") {
  for (const std::string_view scheduler : balance::scheduler_names())
    for (const std::uint16_t workers : worker_counts) {
      INFO(scheduler << ", workers " << workers);
      const config::Config config = web(Family::v4, scheduler, workers);
      // The same packets to two of them, of which one is asked before each.
      InProcessPlant asked(config, {.ports = {{port_mac}}, .workers = workers});
      InProcessPlant quiet(config, {.ports = {{port_mac}}, .workers = workers});
      // The first turn reads the other workers' counts, those after it at the same time do not.
      asked.run();
      quiet.run();
      for (std::uint32_t i = 0; i < 60; ++i) {
        const Flow flow{
            Ipv4Address(0xc6336400U + i % 7), static_cast<std::uint16_t>(1'000 + i), {}};
        for (int times = 0; times < 3; ++times) asked.look_up(question_of(flow));
        REQUIRE(send(asked, flow, TcpHeader::syn) == send(quiet, flow, TcpHeader::syn));
      }
      CHECK(table_of(asked) == table_of(quiet));
      CHECK_FALSE(table_of(quiet).empty());
    }
}

TEST_CASE("a look-up tells why a flow gets no server", "[lookup]") {
  config::Config config = load_config(web_file(2, 1'000, 1));
  config.services[0].deny = {*IpInterface::parse("198.51.100.0/24")};
  for (auto& server : config.pools.begin()->second.servers) server.weight = 0;
  InProcessPlant plant(config, {.ports = {{port_mac}}});
  const auto reason = [&](const datapath::FlowQuestion& question) {
    const auto answer = plant.look_up(question)[0];
    CHECK_FALSE(answer.decision.has_server);
    return answer.decision.reason;
  };
  auto question = question_of({*Ipv4Address::parse("203.0.113.7"), 1'000, {}});
  CHECK(reason(question) == FlowReason::no_server);
  question.virtual_port = 81;
  CHECK(reason(question) == FlowReason::no_service);
  question.vip = *IpAddress::parse("192.0.2.12");
  CHECK(reason(question) == FlowReason::no_vip);
  CHECK(reason(question_of({*Ipv4Address::parse("198.51.100.7"), 1'000, {}})) ==
        FlowReason::denied);
}

TEST_CASE("a look-up tells that a client has opened too many connections", "[lookup]") {
  for (const std::uint16_t workers : worker_counts) {
    config::Config config = web(Family::v4, "rr", workers);
    config.services[0].limit = config::Limit{.rate = 4, .burst = 4, .mask = 32};
    InProcessPlant plant(config, {.ports = {{port_mac}}, .workers = workers});
    for (std::uint16_t port = 1'000; port < 1'040; ++port) {
      const Flow flow{*Ipv4Address::parse("203.0.113.7"), port, {}};
      const auto reason =
          plant.look_up(question_of(flow))[worker_of(flow, workers)].decision.reason;
      REQUIRE((reason == FlowReason::scheduler || reason == FlowReason::limited));
      REQUIRE(send(plant, flow, TcpHeader::syn).has_value() == (reason == FlowReason::scheduler));
    }
    CHECK(plant.total(datapath::Verdict::client_limit) >= 36);
    CHECK(plant.total(datapath::Verdict::forwarded_new) >= 4);
  }
}

TEST_CASE("in mid-stream the setting decides", "[lookup]") {
  const Flow flow{*Ipv4Address::parse("203.0.113.7"), 1'000, {}};
  for (const auto& [unknown, reason] : {std::pair{config::Unknown::adopt, FlowReason::hash},
                                        std::pair{config::Unknown::schedule, FlowReason::scheduler},
                                        std::pair{config::Unknown::reset, FlowReason::reset},
                                        std::pair{config::Unknown::drop, FlowReason::dropped}}) {
    config::Config config = load_config(web_file(2, 1'000, 1));
    config.unknown = unknown;
    InProcessPlant plant(config, {.ports = {{port_mac}}});
    CHECK(plant.look_up(question_of(flow))[0].mid_stream.reason == reason);
  }
}

TEST_CASE("an entry's state and time are told", "[lookup]") {
  InProcessPlant plant(load_config(web_file(2, 1'000, 2)), {.ports = {{port_mac}}, .workers = 2});
  const Flow flow{*Ipv4Address::parse("203.0.113.7"), 1'000, {}};
  REQUIRE(send(plant, flow, TcpHeader::syn));
  plant.wait(std::chrono::seconds(10));
  const auto answer = plant.look_up(question_of(flow))[worker_of(flow, 2)];
  CHECK(answer.decision.reason == FlowReason::entry);
  CHECK(answer.state == flow::TcpState::syn_received);
  CHECK(answer.seconds_left == 50);
  plant.wait(std::chrono::seconds(51));
  CHECK(plant.look_up(question_of(flow))[worker_of(flow, 2)].decision.reason ==
        FlowReason::scheduler);
}

}  // namespace drover::test
