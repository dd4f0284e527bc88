// SPDX-License-Identifier: BSD-3-Clause
// The exchange of connections with directors that run the kernel's IPVS (or what speaks like it):
// nobody is known to be there, nothing is authenticated or asked for again, and only the states
// that IPVS tells of are told. Neither sockets nor a clock of its own. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "lib/config/sync.h"
#include "lib/control/sync_counts.h"
#include "lib/control/sync_directory.h"
#include "lib/datapath/flow_record.h"
#include "lib/net/address.h"

namespace drover::control {

// A connection in this state, or a template, is one that IPVS tells of.
bool is_told_by_ipvs(const failover::SyncedConnection& connection);

class IpvsExchange {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  // The kernel's, on a network with an MTU of 1,500.
  static constexpr std::size_t longest_message = 1'472;
  static constexpr std::size_t most_records = 255;  // of a message that comes in
  // A message that is not full waits so long for more, as the kernel's does.
  static constexpr std::chrono::milliseconds send_delay{20};

  struct Actions {
    std::function<void(const IpAddress& to, std::span<const std::uint8_t> message)> send;
    std::function<void(const datapath::FlowRecord&)> receive;
  };

  IpvsExchange(const config::IpvsSync& settings, const SyncDirectory& directory, Actions actions);

  // Of a worker. Rows of the whole table are not for IPVS, which has no use for an end mark.
  void tell(const datapath::FlowRecord& record, TimePoint now);
  void hear(const IpAddress& from, std::span<const std::uint8_t> message);
  // Sends what has waited long enough.
  void tick(TimePoint now);
  void flush();
  // When something is to be sent; none: nothing waits.
  std::optional<TimePoint> next() const { return due_; }

  const SyncCounts& counts() const { return counts_; }
  std::uint64_t unknown_senders() const { return unknown_senders_; }

 private:
  config::IpvsSync settings_;
  const SyncDirectory& directory_;
  Actions actions_;
  failover::SyncMessageWriter writer_;
  std::optional<TimePoint> due_;
  SyncCounts counts_;
  std::uint64_t unknown_senders_ = 0;
};

}  // namespace drover::control
