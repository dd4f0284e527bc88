// SPDX-License-Identifier: BSD-3-Clause
// The exchange of connections with other balancers that run drover: who is there, who still needs
// whose whole table, what is told and what is heard. Neither sockets nor a clock of its own.
// Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lib/base/log.h"
#include "lib/control/record_sealer.h"
#include "lib/control/record_streams.h"
#include "lib/control/record_ways.h"
#include "lib/control/sync_counts.h"
#include "lib/control/sync_directory.h"
#include "lib/datapath/flow_record.h"
#include "lib/failover/sync_key.h"
#include "lib/failover/sync_session.h"
#include "lib/net/address.h"

namespace drover::control {

struct SyncSettings {
  std::vector<IpAddress> peers;
  std::vector<IpAddress> own = {};  // by peer: as which it knows this balancer
  std::uint16_t port = 0;           // of all of them
  bool has_ipvs = false;            // directors that run it are told of connections, too
  failover::SyncKey key;
  std::uint64_t boot = 0;  // random, never 0
  std::chrono::nanoseconds wait = std::chrono::seconds(5);
  std::size_t workers = 1;
};

// What an exchange does to the world.
struct SyncActions {
  std::function<void(const IpAddress& peer, std::span<const std::uint8_t> datagram)> send;
  std::function<void(const datapath::FlowRecord&)> receive;
  std::function<void()> order_table;    // of every worker, behind what it has told before
  std::function<void()> peers_changed;  // has_listener() may say another thing now
  std::function<void(log::Level, const IpAddress& peer, const std::string& text)> event;
};

class SyncExchange {
 public:
  using TimePoint = failover::SyncSession::TimePoint;
  // The longest datagram's, without IP's and UDP's headers.
  static constexpr std::size_t longest_datagram = 1'432;
  // Connections that a received datagram has at most.
  static constexpr std::size_t most_records = longest_datagram / 36;

  SyncExchange(SyncSettings settings, const SyncDirectory& directory, SyncActions actions,
               TimePoint now);

  // Of a worker.
  void tell(const datapath::FlowRecord& record, TimePoint now);
  // Sends what has been gathered.
  void flush();
  void hear(const IpAddress& from, std::span<const std::uint8_t> datagram, TimePoint now);
  // Every peer is asked for its whole table once more.
  void ask_again();
  // Whatever time asks for; at next() at the latest.
  void tick(TimePoint now);
  TimePoint next() const;

  // What the workers' own records are sealed with. Its listeners are those peers that make use of
  // what they are told.
  RecordSeal record_seal(TimePoint now) const;
  // What the workers are to send themselves with this seal; none: nobody listens.
  std::optional<RecordOrder> record_order(const RecordSeal& seal) const;
  const RecordStreams& streams() const { return *streams_; }

  // A peer is there and makes use of what it is told.
  bool has_listener(TimePoint now) const;
  // Every peer's whole table has come, or time is up. Stays true.
  bool is_ready(TimePoint now);

  struct Peer {
    Peer(const IpAddress& its, std::uint64_t boot, TimePoint now)
        : address(its), session(boot, now) {}

    IpAddress address;
    failover::SyncSession session;
    failover::SyncMessageWriter writer{0, longest_datagram - failover::sync_overhead};
    bool was_alive = false;
    bool wants_table = false;
    bool gets_table = false;  // the transfer is under way
    std::optional<TimePoint> table_sent;
    unsigned other_services = 0;  // hellos in a row with another hash of the services
    SyncCounts counts;
  };
  const std::vector<Peer>& peers() const { return peers_; }
  std::uint64_t unknown_senders() const { return unknown_senders_; }

 private:
  void add(Peer& peer, const failover::SyncedConnection& connection);
  void send(Peer& peer, failover::SyncKind kind, std::span<const std::uint8_t> body);
  void send_gathered(Peer& peer);
  void send_hello(Peer& peer);
  static bool listens(const Peer& peer, TimePoint now);
  void end_table(TimePoint now);
  void begin_table();
  void take(Peer& peer, std::span<const std::uint8_t> body);
  void compare_services(Peer& peer);
  void notice(Peer& peer, const failover::SyncSession::Heard& heard, TimePoint now);

  SyncSettings settings_;
  const SyncDirectory& directory_;
  SyncActions actions_;
  TimePoint started_;
  std::vector<Peer> peers_;
  std::shared_ptr<RecordStreams> streams_;
  std::size_t workers_left_ = 0;  // of the table under way
  bool ready_ = false;
  std::uint64_t unknown_senders_ = 0;
};

}  // namespace drover::control
