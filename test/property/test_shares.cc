// SPDX-License-Identifier: BSD-3-Clause
// What the servers get when several workers schedule, each for itself.
#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <random>
#include <vector>

#include "test/harness/receive_side_scaling.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using namespace std::chrono_literals;
constexpr auto syn = TcpHeader::syn;

config::Config web(const std::string& scheduler, std::uint16_t workers,
                   const std::vector<std::uint32_t>& weights) {
  config::Config config =
      load_config(web_file(static_cast<unsigned>(weights.size()), 100'000, workers));
  config.services[0].scheduler = scheduler;
  auto& servers = config.pools.begin()->second.servers;
  for (std::size_t i = 0; i < weights.size(); ++i) servers[i].weight = weights[i];
  return config;
}

// Flows from random clients, each of a worker's own if one is wanted.
class Clients {
 public:
  explicit Clients(std::uint16_t workers) : workers_(workers) {}

  Flow next(std::optional<std::uint16_t> worker = {}) {
    while (true) {
      const Flow flow{Ipv4Address(0x0b000000U + static_cast<std::uint32_t>(random_() % 0x01000000)),
                      static_cast<std::uint16_t>(1 + random_() % 65'535),
                      {}};
      const Bytes frame = tcp_frame({.to = port_mac,
                                     .client = flow.client,
                                     .client_port = flow.port,
                                     .vip = web_vip,
                                     .flags = syn});
      if (!worker || queue_of(frame, workers_) == *worker) return flow;
    }
  }

 private:
  std::uint16_t workers_;
  std::mt19937 random_{1};
};

// Connections by server, its number from 0.
using Shares = std::vector<int>;

void open(InProcessPlant& plant, const Flow& flow, Shares& shares) {
  const auto server = send(plant, flow, syn);
  REQUIRE(server);
  ++shares.at(server->bytes()[5] - 1U);
}

}  // namespace

TEST_CASE("round-robin shares differ by no more than the number of workers", "[shares]") {
  for (const std::uint16_t workers : worker_counts) {
    INFO("workers: " << workers);
    InProcessPlant plant(web("rr", workers, {1, 1, 1, 1, 1}),
                         {.ports = {{port_mac}}, .workers = workers});
    Clients clients(workers);
    Shares shares(5);
    for (int i = 0; i < 1'000; ++i) {
      open(plant, clients.next(), shares);
      const auto [least, most] = std::ranges::minmax(shares);
      REQUIRE(most - least <= workers);
    }
  }
}

TEST_CASE("few connections already go round when each comes to another worker", "[shares]") {
  InProcessPlant plant(web("rr", 4, {1, 1, 1, 1}), {.ports = {{port_mac}}, .workers = 4});
  Clients clients(4);
  Shares shares(4);
  for (std::uint16_t worker = 0; worker < 4; ++worker) open(plant, clients.next(worker), shares);
  CHECK(shares == Shares{1, 1, 1, 1});
}

TEST_CASE("weighted shares are as the weights, whatever the number of workers", "[shares]") {
  for (const char* scheduler : {"wrr", "wlc", "sed", "nq"})
    for (const std::uint16_t workers : worker_counts) {
      INFO(scheduler << ", workers: " << workers);
      InProcessPlant plant(web(scheduler, workers, {5, 3, 2}),
                           {.ports = {{port_mac}}, .workers = workers});
      Clients clients(workers);
      Shares shares(3);
      for (int i = 0; i < 1'000; ++i) {
        open(plant, clients.next(), shares);
        plant.wait(1ms);
      }
      const Shares exact{500, 300, 200};
      for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(shares[i] - exact[i]) <= 5 * workers);
    }
}

TEST_CASE("least-connection schedulers know the other workers' connections", "[shares]") {
  for (const char* scheduler : {"lc", "wlc", "sed", "nq", "ovf", "lblcr", "twos"})
    for (const std::uint16_t workers : {std::uint16_t{2}, std::uint16_t{4}}) {
      INFO(scheduler << ", workers: " << workers);
      InProcessPlant plant(web(scheduler, workers, {1, 0}),
                           {.ports = {{port_mac}}, .workers = workers});
      Clients clients(workers);
      Shares shares(2);
      // All but the last worker have some.
      const auto last = static_cast<std::uint16_t>(workers - 1);
      for (std::uint16_t i = 0; i < 10; ++i) {
        plant.configure(web(scheduler, workers, {20, 0}));
        open(plant, clients.next(static_cast<std::uint16_t>(i % last)), shares);
      }
      CHECK(shares == Shares{10, 0});
      plant.configure(web(scheduler, workers, {9, 8}));
      plant.wait(10ms);
      if (scheduler == std::string("twos")) {
        for (int i = 0; i < 40; ++i) open(plant, clients.next(last), shares);
        CHECK(shares[1] > 21);  // knowing but its own, 19
        continue;
      }
      for (int i = 0; i < 5; ++i) open(plant, clients.next(last), shares);
      CHECK(shares == Shares{10, 5});
    }
}

TEST_CASE("with one worker counts are exact at every packet", "[shares]") {
  InProcessPlant plant(web("lc", 1, {1, 1, 1}), {.ports = {{port_mac}}});
  Clients clients(1);
  Shares shares(3);
  std::vector<Flow> flows;
  for (int i = 0; i < 300; ++i) {  // no time passes
    flows.push_back(clients.next());
    open(plant, flows.back(), shares);
    const auto [least, most] = std::ranges::minmax(shares);
    REQUIRE(most - least <= 1);
  }
}

TEST_CASE("an upper threshold holds for all workers together", "[shares]") {
  for (const std::uint16_t workers : worker_counts) {
    INFO("workers: " << workers);
    config::Config config = web("rr", workers, {1, 1});
    config.pools.begin()->second.servers[0].upper_threshold = 10;
    InProcessPlant plant(config, {.ports = {{port_mac}}, .workers = workers});
    Clients clients(workers);
    Shares shares(2);
    for (std::uint16_t i = 0; i < 100; ++i) {
      open(plant, clients.next(static_cast<std::uint16_t>(i % workers)), shares);
      plant.wait(10ms);
    }
    CHECK(shares == Shares{10, 90});
    // They expire, and all workers hear of it.
    plant.wait(63s);
    for (std::uint16_t worker = 0; worker < workers; ++worker)
      for (int i = 0; i < 2; ++i) open(plant, clients.next(worker), shares);
    CHECK(shares == Shares{10 + workers, 90 + workers});
  }
}

TEST_CASE("a limit holds for all workers together", "[shares]") {
  for (const std::uint16_t workers : worker_counts) {
    INFO("workers: " << workers);
    config::Config config = web("rr", workers, {1, 1});
    config.services[0].limit = config::Limit{.rate = 100, .burst = 40, .mask = 24};
    InProcessPlant plant(config, {.ports = {{port_mac}}, .workers = workers});
    // A network whose clients try to open ten times as many, by random ports.
    std::mt19937 random(1);
    int passed = 0;
    for (int i = 0; i < 5'000; ++i) {
      const Flow flow{Ipv4Address(0xcb007100U + static_cast<std::uint32_t>(random() % 256)),
                      static_cast<std::uint16_t>(1 + random() % 65'535),
                      {}};
      passed += send(plant, flow, syn).has_value() ? 1 : 0;
      plant.wait(1ms);
    }
    // The burst, and what five seconds give; each worker may be within its latest one.
    CHECK(passed <= 40 + 500 + workers);
    CHECK(passed >= 40 + 500 - 2 * workers);
    CHECK(plant.total(datapath::Verdict::client_limit) == 5'000U - static_cast<unsigned>(passed));
  }
}

}  // namespace drover::test
