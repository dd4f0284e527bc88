// SPDX-License-Identifier: BSD-3-Clause
// What this node knows of its exchange with one peer: who it is since which start, what has been
// lost on the way, and who still needs whose whole table. Pure: time comes in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lib/failover/sequence_window.h"
#include "lib/failover/sync_datagram.h"

namespace drover::failover {

enum class SessionFault : std::uint8_t {
  none,
  own,       // this node's own datagram came back
  replayed,  // its sequence number has been seen, or is too old to tell; or it is of a former start
  stranger,  // not a hello, and it does not know this node's boot id
};

// "replayed".
std::string_view name(SessionFault fault);

class SyncSession {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds hello_interval{1};
  // A peer that has not been heard for so long is gone.
  static constexpr std::chrono::seconds peer_timeout{5};
  // Between two requests for the whole table because datagrams were lost.
  static constexpr std::chrono::seconds resync_pause{10};

  // `boot` is this node's own, another at every start.
  SyncSession(std::uint64_t boot, TimePoint now) : boot_(boot), next_hello_(now) {}

  // For the next datagram of this kind; counts it. `services` is the hash of the services here.
  SyncHeader next(SyncKind kind, std::uint64_t services);

  struct Heard {
    SessionFault fault = SessionFault::none;
    bool answer = false;      // send a hello at once
    bool send_table = false;  // the peer asks for the whole table, and knows this node
    bool complete = false;    // the peer's whole table has arrived
    bool is_new = false;      // a peer, or a start of the peer, that was not known
  };
  // The header of an authentic datagram from the peer; `streams`: what a hello says of the streams
  // from 1 on. Act upon a body only without a fault.
  Heard hear(const SyncHeader& header, TimePoint now, std::span<const std::uint64_t> streams = {});

  // The next hello asks for the peer's whole table, though nothing was lost on the way.
  void ask_again() { complete_ = false; }

  // The time has come for a hello; sets the next one.
  bool hello_due(TimePoint now);
  TimePoint next_hello() const { return next_hello_; }

  bool alive(TimePoint now) const { return last_heard_ && now - *last_heard_ < peer_timeout; }
  // The peer's whole table has arrived since its start and this node's, and nothing was lost since.
  bool complete() const { return complete_; }
  // The peer can make use of what is sent: it knows this node's start.
  bool established() const { return peer_boot_ != 0 && knows_us_; }
  // Datagrams, of all streams and all starts of the peer.
  std::uint64_t lost() const;
  std::uint64_t peer_boot() const { return peer_boot_; }
  std::uint64_t peer_services() const { return peer_services_; }
  std::optional<TimePoint> last_heard() const { return last_heard_; }

 private:
  bool is_retired(std::uint64_t boot) const;
  void meet(std::uint64_t boot);
  void judge_losses(const SyncHeader& header, std::span<const std::uint64_t> streams,
                    TimePoint now);
  void judge_at_hello(const SyncHeader& header, std::span<const std::uint64_t> streams);

  std::uint64_t boot_;
  std::uint64_t sent_ = 0;
  TimePoint next_hello_;

  std::uint64_t peer_boot_ = 0;  // 0: none yet
  bool knows_us_ = false;
  std::vector<std::uint64_t> retired_;  // the peer's former starts
  struct Stream {
    SequenceWindow window;
    std::uint64_t at_last_hello = 0;  // how far it was then
  };
  std::vector<Stream> streams_;  // the peer's
  bool has_said_hello_ = false;
  std::uint64_t lost_before_ = 0;  // by former starts
  std::uint64_t lost_judged_ = 0;  // of lost()
  std::uint64_t peer_services_ = 0;
  bool complete_ = false;
  bool has_lost_ = false;  // since the transfer of the table began, or since it was complete
  std::optional<TimePoint> last_heard_;
  std::optional<TimePoint> last_loss_;
};

}  // namespace drover::failover
