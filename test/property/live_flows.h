// SPDX-License-Identifier: BSD-3-Clause
// Flows that live while whatever happens to a balancer that may happen: packets, whole and in
// fragments in any order, ICMP errors about them from wherever, reloads, health checks' verdicts
// and pauses. After each packet it is checked that it went where those before it went, unless the
// flow has expired or a setting has scheduled it anew.
//
//   clients --- front, VLAN 10 --- balancer --- back, VLAN 20 --- servers       (two_ports)
//                 and, untagged,   ---back---'
//   clients --- front --- balancer --- front --- servers                       (else)
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "test/property/balanced_web.h"

namespace drover::test {

struct LiveFlowSettings {
  const char* scheduler = "rr";
  const char* service = "";  // further lines of both services
  const char* file = "";     // further lines of the file
  bool reschedules = false;  // by `on_removed`, says `file`
  bool health = false;       // servers go down and come back
  bool two_ports = false;
  Family family = Family::v4;
  std::uint16_t workers = 1;
  unsigned seed = 1;
};

inline constexpr unsigned most_live_servers = 8;

// The servers that there are now, by number. The first one is always there and well, so that every
// flow has a server.
struct LiveServers {
  std::array<std::optional<unsigned>, most_live_servers> weights{1, 1, 1};
  std::array<unsigned, most_live_servers> removals{};  // how often each was taken out
  std::array<control::Standing, most_live_servers> standings{};

  std::string text(const LiveFlowSettings& settings) const;
  std::vector<control::Standing> standings_in_order() const;
};

class LiveFlows {
 public:
  explicit LiveFlows(const LiveFlowSettings& settings);

  void run(int steps);
  // How many flows have gone to another server, as they were free to.
  unsigned moves() const { return moves_; }

 private:
  struct LiveFlow {
    ClientFrame frame;
    bool is_tcp = true;
    std::optional<MacAddress> server = {};
    unsigned removals = 0;   // of its server, when it was sent there
    std::uint64_t last = 0;  // nanoseconds
    bool finished = false;   // has sent a FIN, so that a SYN may begin another connection
  };

  std::uint32_t draw(std::size_t below) { return static_cast<std::uint32_t>(random_() % below); }
  std::uint8_t random_flags();
  void reload();
  void check_health();
  void advance(LiveFlow& flow);
  bool may_begin(const LiveFlow& flow) const;
  bool is_free(const LiveFlow& flow, std::uint8_t flags) const;
  void inject(const Bytes& frame);
  unsigned inject_fragments(const Bytes& frame);
  void expect_error_at(const Bytes& frame, const MacAddress& server);
  std::vector<MacAddress> servers_reached();

  LiveFlowSettings settings_;
  std::mt19937 random_;
  LiveServers servers_;
  InProcessPlant plant_;
  std::vector<LiveFlow> flows_;
  unsigned identification_ = 0;
  unsigned moves_ = 0;
};

}  // namespace drover::test
