// SPDX-License-Identifier: BSD-3-Clause
// What has happened to this balancer, numbered and timed: kept for `drover events`, and written to
// the log. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/log.h"
#include "lib/control/api_model.h"

namespace drover::control {

// docs/api.md lists the names; append new ones there and in name().
enum class EventKind {
  daemon,            // started
  link,              // a port's link went up or down
  neighbour,         // a real server's MAC address became known or changed
  health,            // a check's or a server's state
  change,            // a write by the API: who and what
  reload,            // a new file: applied or refused
  takeover,          // this balancer became master or backup
  address_conflict,  // another machine claims a VIP
  sync,              // of the connections: a balancer is there or gone, its table has come
};

std::string_view name(EventKind kind);

class EventLog {
 public:
  using WallTime = std::chrono::system_clock::time_point;

  // Keeps the last `capacity` events.
  EventLog(std::size_t capacity, std::function<WallTime()> now);

  // `subject` is what it happened to, as the configuration names it ("web/nginx1", "port front");
  // `text` is what happened ("is down: connection refused"). The log gets "subject: text".
  void post(EventKind kind, log::Level level, std::string subject, std::string text);

  // Numbers begin with 1; 0 before the first event.
  std::uint64_t last() const { return last_; }

  // At most `most` of the events after this number, oldest first; a gap in the numbers says that
  // some have been forgotten. A number not reached yet (another daemon's) counts as 0.
  std::vector<api::Event> after(std::uint64_t sequence, std::size_t most) const;

  // Called after each post(); it must not post.
  void on_post(std::function<void()> posted) { posted_ = std::move(posted); }

 private:
  std::size_t capacity_;
  std::function<WallTime()> now_;
  std::deque<api::Event> events_;
  std::uint64_t last_ = 0;
  std::function<void()> posted_;
};

}  // namespace drover::control
