// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/virtual_router.h"

#include <algorithm>

namespace drover::failover {
namespace {

constexpr std::chrono::microseconds second{1'000'000};
// A worker that is well turns within this time, asleep or not.
constexpr std::chrono::microseconds worker_turn{2'000};

}  // namespace

// RFC 9568, 6.1: ((256 - priority) * Active_Adver_Interval) / 256; version 2 counts with a second
// (RFC 3768, 6.1).
VirtualRouter::Duration VirtualRouter::skew() const {
  const Duration base = settings_.version == VrrpVersion::v2 ? second : master_interval_;
  return base * (256 - settings_.priority) / 256;
}

VirtualRouter::Duration VirtualRouter::master_down_interval() const {
  return 3 * master_interval_ + skew();
}

VirtualRouter::Actions VirtualRouter::start(TimePoint now) {
  master_interval_ = settings_.interval;
  yielded_ = false;
  lower_since_.reset();
  return is_owner() ? become_master(now, Cause::owner) : become_backup(now, Cause::started);
}

VirtualRouter::Actions VirtualRouter::stop(TimePoint /*now*/, Cause cause) {
  if (role_ == Role::stopped) return {};
  Actions actions{.advertise = {}, .changed = true};
  if (role_ == Role::master) actions.advertise = priority_of_leaving;
  role_ = Role::stopped;
  cause_ = cause;
  timer_.reset();
  return actions;
}

VirtualRouter::Actions VirtualRouter::hear(const Advertisement& advertisement,
                                           const IpAddress& sender, TimePoint now,
                                           bool can_forward) {
  if (role_ == Role::stopped) return {};
  if (role_ == Role::backup) return hear_as_backup(advertisement, now);
  if (has_stalled(now)) {
    Actions actions = become_backup(now, Cause::stalled);
    hear_as_backup(advertisement, now);
    return actions;
  }
  return hear_as_master(advertisement, sender, now, can_forward);
}

VirtualRouter::Actions VirtualRouter::hear_as_backup(const Advertisement& advertisement,
                                                     TimePoint now) {
  if (advertisement.priority == priority_of_leaving) {
    timer_ = now + skew();
    master_left_ = true;
    yielded_ = false;
    return {};
  }
  if (advertisement.priority < settings_.priority && may_preempt(now)) return {};
  if (advertisement.priority >= settings_.priority) lower_since_.reset();
  master_left_ = false;
  master_interval_ = advertisement.interval;
  timer_ = now + master_down_interval();
  return {};
}

// Of a master with a lower priority, which has just been heard.
bool VirtualRouter::may_preempt(TimePoint now) {
  if (!lower_since_) lower_since_ = now;
  if (is_owner()) return true;
  return settings_.preempts && ready_ && !yielded_ &&
         now - *lower_since_ >= settings_.preempt_delay;
}

VirtualRouter::Actions VirtualRouter::hear_as_master(const Advertisement& advertisement,
                                                     const IpAddress& sender, TimePoint now,
                                                     bool can_forward) {
  if (advertisement.priority == priority_of_leaving)
    return can_forward ? advertise(now) : Actions{};
  const bool yields = advertisement.priority > settings_.priority ||
                      (advertisement.priority == settings_.priority && sender > settings_.address);
  Actions actions;
  if (yields) {
    master_interval_ = advertisement.interval;
    actions =
        become_backup(now, advertisement.priority > settings_.priority ? Cause::higher_priority
                                                                       : Cause::equal_priority);
    if (can_forward) actions.advertise = settings_.priority;
  } else if (can_forward) {
    // To the other node and to the bridges that have learnt from it (RFC 9568, 6.4.3).
    actions = advertise(now);
    actions.announce = true;
  }
  // At first it is the parting word of the master before.
  actions.second_master = yields || now - became_master_ >= settings_.interval / 4;
  return actions;
}

VirtualRouter::Actions VirtualRouter::tick(TimePoint now, bool can_forward) {
  if (role_ == Role::master && has_stalled(now)) return become_backup(now, Cause::stalled);
  if (!timer_ || now < *timer_) return {};
  if (can_forward && role_ == Role::backup)
    return become_master(now, master_left_ ? Cause::left : Cause::silence);
  if (can_forward) return advertise(now);
  // Not sent, and so not counted as sent: without a worker that turns a master ends as stalled.
  timer_ = now + std::min(settings_.interval / 8, worker_turn);
  return {};
}

VirtualRouter::Actions VirtualRouter::yield(TimePoint now) {
  if (role_ != Role::master) return {};
  Actions actions = become_backup(now, Cause::yielded);
  actions.advertise = priority_of_leaving;
  yielded_ = true;
  // If nobody takes over after all, this node does again.
  timer_ = now + 2 * master_down_interval();
  return actions;
}

void VirtualRouter::set_priority(std::uint8_t priority) {
  if (is_owner()) return;
  settings_.priority = std::clamp<std::uint8_t>(priority, 1, priority_of_owner - 1);
}

VirtualRouter::Actions VirtualRouter::become_master(TimePoint now, Cause cause) {
  role_ = Role::master;
  cause_ = cause;
  became_master_ = now;
  yielded_ = false;
  lower_since_.reset();
  Actions actions = advertise(now);
  actions.changed = true;
  actions.announce = true;
  return actions;
}

VirtualRouter::Actions VirtualRouter::become_backup(TimePoint now, Cause cause) {
  role_ = Role::backup;
  cause_ = cause;
  master_left_ = false;
  timer_ = now + master_down_interval();
  return {.advertise = {}, .changed = true};
}

VirtualRouter::Actions VirtualRouter::advertise(TimePoint now) {
  master_interval_ = settings_.interval;
  last_advertised_ = now;
  timer_ = now + settings_.interval;
  return {.advertise = settings_.priority};
}

// Longer than the shortest time after which a backup takes over, whatever its priority.
bool VirtualRouter::has_stalled(TimePoint now) const {
  return now - last_advertised_ >= 3 * settings_.interval;
}

std::string_view name(Role role) {
  switch (role) {
    case Role::stopped:
      return "stopped";
    case Role::backup:
      return "backup";
    case Role::master:
      break;
  }
  return "master";
}

std::string_view describe(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "not started";
    case Cause::started:
      return "started";
    case Cause::owner:
      return "owner of the addresses";
    case Cause::silence:
      return "no master was heard";
    case Cause::left:
      return "the master left";
    case Cause::higher_priority:
      return "a master of higher priority";
    case Cause::equal_priority:
      return "a master of equal priority and higher address";
    case Cause::stalled:
      return "did not advertise for too long";
    case Cause::yielded:
      return "yielded by hand";
    case Cause::fault:
      return "a tracked thing failed";
    case Cause::stopped:
      break;
  }
  return "stopped";
}

}  // namespace drover::failover
