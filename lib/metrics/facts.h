// SPDX-License-Identifier: BSD-3-Clause
// What a scrape reports, read at one moment. Who fills it knows the daemon; who turns it into
// metrics knows only this.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/datapath/burst_histogram.h"
#include "lib/datapath/verdict.h"
#include "lib/metrics/sync_facts.h"
#include "lib/net/address.h"

namespace drover::metrics {

struct Traffic {
  std::uint64_t connections = 0;  // since the start, as are packets and bytes
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t active = 0;  // connections now
  std::uint64_t inactive = 0;
};

// What one kind of check of a server has come to.
struct CheckFacts {
  static constexpr std::size_t buckets = 12;
  // Seconds; a duration counts in the first bucket whose bound it does not pass, else only in
  // count().
  static constexpr std::array<double, buckets> bounds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                                         0.05,   0.1,   0.25,   0.5,   1,    5};
  std::string kind;                                // "http"
  std::array<std::uint64_t, buckets> durations{};  // each bucket's own
  double seconds = 0;                              // of all checks together
  std::uint64_t good = 0;
  std::uint64_t wrong = 0;        // an answer, but not as it should be
  std::uint64_t unreachable = 0;  // none
  std::uint64_t count() const { return good + wrong + unreachable; }
};

struct ServerFacts {
  std::string name;
  IpAddress address;
  std::uint32_t weight = 0;
  bool up = false;         // its checks hold, and its MAC address is known
  bool available = false;  // gets new connections
  std::uint64_t persistent = 0;
  Traffic traffic;
  std::vector<CheckFacts> checks;
};

struct ServiceFacts {
  std::string name;
  std::string protocol;  // "tcp"
  IpAddress address;
  std::uint16_t port = 0;
  Traffic traffic;  // of its servers, those that have left included
  std::vector<ServerFacts> servers;
};

struct PortFacts {
  std::string name;
  bool link_up = false;
  std::uint64_t received_frames = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t sent_frames = 0;
  std::uint64_t sent_bytes = 0;
  std::uint64_t missed = 0;  // no room in the receive queue
  std::uint64_t receive_errors = 0;
  std::uint64_t transmit_errors = 0;
  std::uint64_t no_buffer = 0;
};

struct WorkerFacts {
  double busy_seconds = 0;
  double busy_ratio = 0;  // 0 to 1, over the last second or so
  std::uint64_t turns = 0;
  std::uint64_t sleeps = 0;
  std::uint64_t frames = 0;
  std::uint64_t handovers = 0;
  std::array<std::uint64_t, datapath::BurstHistogram::buckets> bursts{};
};

struct TableFacts {
  std::uint64_t entries = 0;
  std::uint64_t capacity = 0;
  std::uint64_t evictions = 0;
};

struct ReloadFacts {
  bool successful = true;   // the last one: the file is what runs
  double succeeded_at = 0;  // seconds since 1970
};

struct VrrpFacts {
  std::uint8_t id = 0;
  std::string family;  // "ipv4"
  bool master = false;
  std::uint64_t priority = 0;
  std::uint64_t transitions = 0;
  std::uint64_t sent = 0;  // advertisements
  std::uint64_t heard = 0;
  std::uint64_t announcements = 0;
  std::uint64_t second_masters = 0;
  std::uint64_t discarded = 0;
  std::optional<double> last_heard_seconds;
};

struct Facts {
  std::string version;
  double started_at = 0;         // seconds since 1970
  std::uint64_t generation = 0;  // of the snapshot that the workers run
  std::vector<ServiceFacts> services;
  std::vector<PortFacts> ports;
  std::vector<WorkerFacts> workers;
  TableFacts table;
  std::array<std::uint64_t, datapath::verdict_count> verdicts{};
  ReloadFacts reload;
  std::vector<VrrpFacts> vrrp;
  std::optional<SyncFacts> sync;
};

}  // namespace drover::metrics
