// SPDX-License-Identifier: BSD-3-Clause
// Whatever packets, changes of the configuration and pauses come: two packets of one live flow
// never go to different servers.
#include <array>
#include <chrono>
#include <random>
#include <vector>

#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

// Nanoseconds. A connection without a packet for so long may have expired: no reset is sent, so the
// shortest time-out is that of a SYN.
constexpr std::uint64_t shortest_timeout = 60'000'000'000;

struct LiveFlow {
  Flow flow;
  std::uint64_t last = 0;  // nanoseconds
  flow::TcpState state = flow::TcpState::none;
};

// A SYN on a connection that is over is another connection.
bool opens_anew(const LiveFlow& live, std::uint8_t flags) {
  const bool over = live.state == flow::TcpState::time_wait || live.state == flow::TcpState::close;
  return over && (flags & TcpHeader::syn) != 0;
}

std::uint8_t random_flags(std::mt19937& random) {
  constexpr std::array<std::uint8_t, 8> kinds = {TcpHeader::ack,
                                                 TcpHeader::ack,
                                                 TcpHeader::ack | TcpHeader::psh,
                                                 TcpHeader::ack | TcpHeader::psh,
                                                 TcpHeader::syn,
                                                 TcpHeader::ack | TcpHeader::fin,
                                                 TcpHeader::ack,
                                                 TcpHeader::ack};
  return kinds[random() % kinds.size()];
}

void play(unsigned seed, std::uint16_t workers, Family family) {
  INFO((family == Family::v4 ? "IPv4" : "IPv6"));
  INFO("seed " << seed << ", workers " << workers);
  std::mt19937 random(seed);
  InProcessPlant plant(load_config(web_file(5, 2'000, workers, family)),
                       {.ports = {{port_mac}}, .workers = workers});
  std::vector<LiveFlow> flows;
  for (std::uint32_t i = 0; i < 100; ++i)
    flows.push_back(
        {{client_of(family, 0xc6336400 + i), static_cast<std::uint16_t>(random()), {}}});

  unsigned servers = 5;
  for (int step = 0; step < 4'000; ++step) {
    const auto what = random() % 100;
    if (what == 0) {
      // Servers are added at the end, never taken away: what becomes of the connections of a server
      // that is removed is a setting.
      plant.configure(load_config(web_file(++servers, 2'000, workers, family)));
      continue;
    }
    if (what == 1) {
      plant.wait(std::chrono::milliseconds(random() % 4'000));
      continue;
    }
    LiveFlow& live = flows[random() % flows.size()];
    const bool may_have_expired = plant.now() - live.last >= shortest_timeout;
    const bool begins = !live.flow.server || may_have_expired;
    const std::uint8_t flags = begins ? std::uint8_t{TcpHeader::ack} : random_flags(random);
    const auto server = send(plant, live.flow, flags);
    REQUIRE(server);
    if (!begins && !opens_anew(live, flags)) REQUIRE(server == live.flow.server);
    live.state = flow::next_state(begins ? flow::TcpState::none : live.state, flags);
    live.flow.server = server;
    live.last = plant.now();
  }
}

}  // namespace

TEST_CASE("packets of a live flow go to one server", "[affinity]") {
  for (const std::uint16_t workers : worker_counts)
    for (unsigned seed = 1; seed <= 5; ++seed) {
      play(seed, workers, Family::v4);
      if (seed <= 2) play(seed, workers, Family::v6);
    }
}

}  // namespace drover::test
