// SPDX-License-Identifier: BSD-3-Clause
// Runs the programs of `notify:` when a role has changed: one after the other, without privileges,
// for a limited time. Control thread only.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/control/event_log.h"
#include "lib/control/event_source.h"
#include "lib/health/prober.h"

namespace drover::control {

class RolePrograms {
 public:
  RolePrograms(boost::asio::io_context& loop, EventLog& events);

  // Of this instance; nothing if the file names no program for that.
  void changed(const config::VrrpInstance& instance, bool is_master, const std::string& reason,
               const std::string& node);

 private:
  struct Run {
    std::string subject;
    std::string program;
    std::chrono::milliseconds timeout;
    std::unique_ptr<health::Prober> prober;
  };
  // Those that wait while one runs; then the oldest is left out, and told of.
  static constexpr std::size_t most_waiting = 64;

  void next();
  void ended(const health::Outcome& outcome);

  boost::asio::io_context& loop_;
  EventLog& events_;
  std::deque<Run> runs_;  // the first runs
  bool running_ = false;
  Alarm after_;  // as a prober must not be destroyed from within its own callback
};

}  // namespace drover::control
