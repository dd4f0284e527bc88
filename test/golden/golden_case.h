// SPDX-License-Identifier: BSD-3-Clause
// A golden case: a folder with drover.yaml, frames.txt and counters.txt.
//
// frames.txt, in order; what follows an action is what must come of it, and nothing else may:
//   port NAME MAC [host]            first: the ports; `host`: with a host interface
//   connections N                   the table's size, where the file may not go that low
//   in PORT +MS [*TIMES] HEX        action: after MS milliseconds this frame comes in
//   wait +MS                        action: time passes
//   learn ADDRESS MAC|none          action: the kernel finds or loses a neighbour
//   reload NAME                     action: NAME.yaml is the configuration from now on
//   out PORT [*TIMES] HEX           this frame leaves
//   kernel PORT [*TIMES] HEX        this frame goes to the kernel
//   verdict NAME[*TIMES]...         these are counted
//   server VIP:PORT ADDRESS ACTIVE INACTIVE CONNECTIONS
//   entries N, evictions N          of all workers' tables
//   templates N                     of all persistent clients
// Each case is played with one, two and four workers. frames-2-workers.txt, if there is one, is for
// two and four, frames-4-workers.txt for four.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "test/harness/in_process_plant.h"

namespace drover::test {

struct GoldenAction {
  enum class Kind { in, wait, learn, reload };
  Kind kind = Kind::wait;
  unsigned line = 0;
  std::chrono::milliseconds after{0};
  unsigned times = 1;
  PortId port;
  Bytes frame;
  IpAddress address;
  std::optional<MacAddress> mac;
  std::string file;
};

struct GoldenFrame {
  PortId port;
  Bytes bytes;
  friend bool operator==(const GoldenFrame&, const GoldenFrame&) = default;
};

struct ServerCounts {
  unsigned line = 0;
  std::string service;  // "192.0.2.10:80"
  std::string server;
  std::array<std::uint64_t, 3> counts{};  // active, inactive, connections
};

// An action and what must come of it.
struct GoldenStep {
  GoldenAction action;
  std::vector<GoldenFrame> wire;
  std::vector<GoldenFrame> kernel;
  std::map<std::string, std::uint64_t> verdicts;
  std::vector<ServerCounts> servers;
  std::optional<std::uint64_t> entries;
  std::optional<std::uint64_t> evictions;
  std::optional<std::uint64_t> templates;
};

struct GoldenCase {
  std::filesystem::path folder;
  std::string frames_file;
  std::vector<std::string> port_names;
  std::vector<PlantPort> ports;
  std::uint64_t connections = 0;  // 0: as configured
  std::vector<GoldenStep> steps;
};

// Throws std::runtime_error "file:line: what".
GoldenCase read_golden_case(const std::filesystem::path& folder, std::uint16_t workers);

std::string read_text(const std::filesystem::path& file);

}  // namespace drover::test
