// SPDX-License-Identifier: BSD-3-Clause
// The state machine of one virtual router on this node (RFC 9568, 6.4), in microseconds. Pure: time
// and what is heard come in, what is to be done comes out. It departs from the RFC in five things:
// - it can wait before it preempts, as keepalived's preempt_delay does;
// - it does not preempt while it is not ready (its connection table is not the peer's yet);
// - a master that has not advertised for so long that its peers may have taken over (the process
// was
//   stopped, a worker hangs) becomes backup and listens before it speaks again, and a backup whose
//   workers hang does not become master;
// - a master that gives way to another one says so once more: the other may not have heard it, and
//   would not announce its VIPs again;
// - it can yield by hand, and then stays backup until it hears no other master.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/failover/advertisement.h"
#include "lib/net/address.h"

namespace drover::failover {

enum class Role : std::uint8_t { stopped, backup, master };

// Why the role changed last.
enum class Cause : std::uint8_t {
  none,
  started,  // to backup, or the owner to master
  owner,    // an owner is master at once
  silence,  // no master was heard
  left,     // the master said that it leaves
  higher_priority,
  equal_priority,  // from a higher address
  stalled,         // this node had not advertised for too long
  yielded,         // by hand
  fault,           // something tracked failed: a link
  stopped,         // the daemon ends
};

// "backup"; "higher priority".
std::string_view name(Role role);
std::string_view describe(Cause cause);

struct VirtualRouterSettings {
  VrrpVersion version = VrrpVersion::v3;
  std::uint8_t priority = 100;  // 1 to 255; 255: the owner
  std::chrono::microseconds interval{1'000'000};
  bool preempts = false;
  std::chrono::microseconds preempt_delay{0};
  IpAddress address;  // this node's, in its advertisements; the higher one wins a tie
};

class VirtualRouter {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::microseconds;

  // What the caller has to do, in the order of the members.
  struct Actions {
    std::optional<std::uint8_t> advertise;  // at once, with this priority
    bool changed = false;                   // role() is another
    bool announce = false;                  // tell the segment where the VIPs are
    bool second_master = false;             // another node thinks that it is master
  };

  explicit VirtualRouter(VirtualRouterSettings settings) : settings_(settings) {}

  Actions start(TimePoint now);
  // Announces that it leaves, if it is master.
  Actions stop(TimePoint now, Cause cause = Cause::stopped);
  // A valid advertisement of this router's id and version, from `sender`, which is another node.
  // `can_forward`: every worker has turned since the last advertisement, sent or heard; without it
  // none is sent.
  Actions hear(const Advertisement& advertisement, const IpAddress& sender, TimePoint now,
               bool can_forward = true);
  // When deadline() has come.
  Actions tick(TimePoint now, bool can_forward);
  std::optional<TimePoint> deadline() const { return timer_; }

  // Master no more, though nothing is wrong. Nothing changes unless it is master.
  Actions yield(TimePoint now);
  // 1 to 254, of what is tracked; the owner's stays. Takes effect with the next advertisement.
  void set_priority(std::uint8_t priority);
  void set_ready(bool ready) { ready_ = ready; }

  Role role() const { return role_; }
  Cause cause() const { return cause_; }
  std::uint8_t priority() const { return settings_.priority; }
  const VirtualRouterSettings& settings() const { return settings_; }
  // Of the master that was heard last; the own one until then.
  Duration learned_interval() const { return master_interval_; }
  Duration skew() const;
  Duration master_down_interval() const;

 private:
  Actions hear_as_backup(const Advertisement& advertisement, TimePoint now);
  Actions hear_as_master(const Advertisement& advertisement, const IpAddress& sender, TimePoint now,
                         bool can_forward);
  Actions become_master(TimePoint now, Cause cause);
  Actions become_backup(TimePoint now, Cause cause);
  Actions advertise(TimePoint now);
  bool may_preempt(TimePoint now);
  bool has_stalled(TimePoint now) const;
  bool is_owner() const { return settings_.priority == priority_of_owner; }

  VirtualRouterSettings settings_;
  Role role_ = Role::stopped;
  Cause cause_ = Cause::none;
  bool ready_ = true;
  bool yielded_ = false;
  bool master_left_ = false;
  Duration master_interval_{0};
  std::optional<TimePoint> timer_;  // the next advertisement, or Active_Down
  TimePoint last_advertised_;
  TimePoint became_master_;
  std::optional<TimePoint> lower_since_;  // a master of lower priority has been heard
};

}  // namespace drover::failover
