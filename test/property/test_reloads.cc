// SPDX-License-Identifier: BSD-3-Clause
// test_affinity.cc with more of everything, over IPv4: whatever packets, reloads and pauses come,
// two packets of one live flow never go to different servers, unless the flow has expired or
// `on_removed` has scheduled it anew. Among the packets are fragments, in any order, and ICMP
// errors about the flow, from wherever.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "test/harness/ipv4_frames.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

// Nanoseconds. A connection without a packet for so long may have expired: no reset is sent, so the
// shortest time-out is that of a SYN, or of a FIN with which a flow has been picked up.
constexpr std::uint64_t shortest_timeout = 60'000'000'000;
constexpr std::uint64_t shortest_timeout_of_finished = 10'000'000'000;
constexpr unsigned most_servers = 8;

struct Variant {
  const char* scheduler;
  const char* service;  // further lines of both services
  const char* file;     // further lines of the file
};

constexpr std::array<Variant, 6> variants{{
    {"rr", "", ""},
    {"wlc", "", ""},
    {"maglev", "", ""},
    {"lblc", "", "on_removed: reschedule\n"},
    {"wrr", "persistence: {timeout: 1m}", ""},
    {"sh", "persistence: {mask: 28}", "on_removed: reschedule\n"},
}};

// The servers that there are now: weights by number, none for those that are not there. The first
// one is always there, so that every flow has a server.
struct Servers {
  std::array<std::optional<unsigned>, most_servers> weights{1, 1, 1};
  std::array<unsigned, most_servers> removals{};  // how often each was taken out

  std::string text(const Variant& variant, std::uint16_t workers) const {
    std::string list;
    for (unsigned i = 0; i < most_servers; ++i)
      if (weights[i])
        list += fmt::format(
            "      - {{address: 192.0.2.{}, weight: {}, mac: \"02:00:00:00:01:{:02x}\"}}\n", 21 + i,
            *weights[i], i + 1);
    std::string file = fmt::format(
        "workers: {}\nconnections: 8000\n{}ports:\n"
        "  - {{name: front, driver: vdev, device: net_ring0}}\nservices:\n",
        workers, variant.file);
    for (const char* protocol : {"tcp", "udp"})
      file += fmt::format(
          "  - name: {0}\n    address: 192.0.2.10\n    ports: [80]\n    protocol: {0}\n"
          "    scheduler: {1}\n    {2}\n    servers:\n{3}",
          protocol, variant.scheduler, variant.service, list);
    return file;
  }
  unsigned removals_of(const MacAddress& mac) const { return removals.at(mac.bytes()[5] - 1U); }
  bool is_drained(const MacAddress& mac) const { return weights.at(mac.bytes()[5] - 1U) == 0U; }
};

struct LiveFlow {
  ClientFrame frame;
  bool is_tcp = true;
  std::optional<MacAddress> server = {};
  unsigned removals = 0;   // of its server, when it was sent there
  std::uint64_t last = 0;  // nanoseconds
  bool finished = false;   // has sent a FIN, so that a SYN may begin another connection
};

class Play {
 public:
  Play(unsigned seed, const Variant& variant, std::uint16_t workers)
      : variant_(variant),
        random_(seed),
        plant_(load_config(servers_.text(variant, workers)),
               {.ports = {{port_mac}}, .workers = workers}) {
    for (std::uint32_t i = 0; i < 60; ++i)
      flows_.push_back({.frame = {.to = port_mac,
                                  .client = Ipv4Address(0xc6336400 + i % 40),
                                  .client_port = static_cast<std::uint16_t>(1 + draw(65'535)),
                                  .vip = web_vip,
                                  .payload = 64},
                        .is_tcp = i % 3 != 0});
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      INFO("step " << step);
      const auto what = draw(100);
      if (what < 2)
        reload();
      else if (what < 3)
        plant_.wait(std::chrono::milliseconds(draw(4'000)));
      else
        advance(flows_[draw(flows_.size())]);
    }
  }

 private:
  std::uint32_t draw(std::size_t below) { return static_cast<std::uint32_t>(random_() % below); }

  // A server is added, removed, comes back or gets another weight.
  void reload() {
    const auto index = 1 + draw(most_servers - 1);
    auto& weight = servers_.weights[index];
    if (weight && draw(2) == 0) {
      weight.reset();
      ++servers_.removals[index];
    } else {
      weight = draw(4);
    }
    plant_.configure(load_config(servers_.text(variant_, plant_.workers())));
  }

  std::uint8_t random_flags() {
    constexpr std::array<std::uint8_t, 5> kinds = {TcpHeader::ack, TcpHeader::ack | TcpHeader::psh,
                                                   TcpHeader::ack, TcpHeader::syn,
                                                   TcpHeader::ack | TcpHeader::fin};
    return kinds[draw(kinds.size())];
  }

  bool reschedules() const { return *variant_.file != '\0'; }

  // A flow that began with fragments has an entry with two workers; if each schedules it anew, at
  // different times, while its server goes and comes back, they may differ.
  bool sends_fragments() const { return !reschedules() || plant_.workers() == 1; }

  bool may_begin(const LiveFlow& flow) const {
    return !flow.server || plant_.now() - flow.last >=
                               (flow.finished ? shortest_timeout_of_finished : shortest_timeout);
  }

  // Whether the packet may go elsewhere than those before it.
  bool is_free(const LiveFlow& flow, std::uint8_t flags) const {
    if (may_begin(flow)) return true;
    const bool opens = flow.is_tcp && (flags & TcpHeader::syn) != 0;
    if (opens && flow.finished) return true;
    if (!reschedules()) return false;
    // A server that has come back has none of its former connections.
    const bool was_removed = servers_.removals_of(*flow.server) != flow.removals;
    return was_removed || (opens && servers_.is_drained(*flow.server));
  }

  // A few packets of the flow at once, in one or several pieces each.
  void advance(LiveFlow& flow) {
    const bool begins = may_begin(flow);
    flow.frame.flags = begins && draw(2) == 0 ? std::uint8_t{TcpHeader::syn} : random_flags();
    const bool free = is_free(flow, flow.frame.flags);
    const Bytes whole = flow.is_tcp ? tcp_frame(flow.frame) : udp_frame(flow.frame);
    unsigned frames = 0;
    for (auto count = 1 + draw(3); count > 0; --count) {
      frames += sends_fragments() && draw(3) == 0 ? inject_fragments(whole) : inject(whole);
      if (draw(2) == 0) plant_.turn();
    }
    plant_.run();
    std::vector<MacAddress> servers = servers_reached();
    REQUIRE(servers.size() == frames);
    REQUIRE(std::ranges::count(servers, servers[0]) == frames);
    if (!free) REQUIRE(servers[0] == *flow.server);
    if (servers[0].bytes()[4] != 1) {  // refused: a scheduler by hash may have found none
      flow.server.reset();
      return;
    }
    flow.server = servers[0];
    flow.removals = servers_.removals_of(servers[0]);
    flow.last = plant_.now();
    flow.finished = (flow.finished && !free) || (flow.frame.flags & TcpHeader::fin) != 0;
    if (draw(4) == 0) expect_error_at(whole, *flow.server);
  }

  unsigned inject(const Bytes& frame) {
    plant_.inject(PortId(0), frame);
    return 1;
  }
  unsigned inject_fragments(const Bytes& frame) {
    auto fragments = cut(frame, static_cast<std::uint16_t>(24 + 8 * draw(3)),
                         static_cast<std::uint16_t>(++identification_));
    if (draw(2) == 0) std::swap(fragments[0], fragments[1]);
    for (const Bytes& fragment : fragments) {
      inject(fragment);
      if (draw(4) == 0) plant_.turn();
    }
    return 2;
  }

  void expect_error_at(const Bytes& frame, const MacAddress& server) {
    inject(answer_too_big(frame, Ipv4Address(0xcb007100 + draw(200))));
    plant_.run();
    REQUIRE(servers_reached() == std::vector<MacAddress>{server});
  }

  std::vector<MacAddress> servers_reached() {
    std::vector<MacAddress> servers;
    for (const Departure& left : plant_.take_departures())
      servers.push_back(header_at<EthernetHeader>(std::span(left.frame), 0).destination);
    return servers;
  }

  const Variant& variant_;
  std::mt19937 random_;
  Servers servers_;
  InProcessPlant plant_;
  std::vector<LiveFlow> flows_;
  unsigned identification_ = 0;
};

}  // namespace

TEST_CASE("reloads, fragments and errors do not move a live flow", "[affinity]") {
  for (const Variant& variant : variants)
    for (const std::uint16_t workers : worker_counts)
      for (unsigned seed = 1; seed <= 4; ++seed) {
        INFO("scheduler " << variant.scheduler << " " << variant.service << " " << variant.file
                          << ", workers " << workers << ", seed " << seed);
        Play(seed, variant, workers).run(1'500);
      }
}

}  // namespace drover::test
