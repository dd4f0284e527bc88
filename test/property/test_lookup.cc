// SPDX-License-Identifier: BSD-3-Clause
// What a look-up says of a flow is what its next packet then gets, and asking changes nothing.
#include <array>
#include <chrono>
#include <random>
#include <string>

#include "lib/balance/scheduler.h"
#include "test/harness/receive_side_scaling.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using datapath::FlowReason;

datapath::FlowQuestion question_of(const Flow& flow) {
  return {.client = flow.client,
          .vip = web_vip,
          .client_port = flow.port,
          .virtual_port = 80,
          .protocol = ip_protocol::tcp};
}

// Server N has the address 192.0.2.(20 + N), and the MAC address that ends with N.
MacAddress mac_of(const InProcessPlant& plant, DestinationId server) {
  const auto last = static_cast<std::uint8_t>(plant.builder().server(server).v4().value() - 20);
  return MacAddress({2, 0, 0, 0, 1, last});
}

std::uint16_t worker_of(const Flow& flow, std::uint16_t workers) {
  return queue_of(
      tcp_frame({.to = port_mac, .client = flow.client, .client_port = flow.port, .vip = web_vip}),
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

void foretell(const config::Config& config, std::uint16_t workers) {
  InProcessPlant plant(config, {.ports = {{port_mac}}, .workers = workers});
  const bool persistent = config.services[0].persistence.has_value();
  std::mt19937 random(1);
  for (int i = 0; i < 300; ++i) {
    const Flow flow{Ipv4Address(0xc6336400U + static_cast<std::uint32_t>(random() % 30)),
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

}  // namespace

TEST_CASE("a flow goes where its look-up has said", "[lookup]") {
  for (const std::string_view scheduler : balance::scheduler_names())
    for (const std::uint16_t workers : worker_counts)
      for (const bool persistent : {false, true}) {
        INFO(scheduler << ", workers " << workers << (persistent ? ", persistent" : ""));
        config::Config config = load_config(web_file(5, 2'000, workers));
        config.services[0].scheduler = scheduler;
        std::uint32_t weight = 1;
        for (auto& server : config.pools.begin()->second.servers) server.weight = weight++;
        if (persistent) config.services[0].persistence = {.mask = 32};
        foretell(config, workers);
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
