// SPDX-License-Identifier: BSD-3-Clause
// SIGTERM, SIGINT and SIGHUP, which the control loop takes. Control thread only.
#pragma once

#include <functional>

#include "lib/control/event_source.h"

namespace drover::control {

// In the calling thread and those it starts later. Call it before any thread starts.
void block_signals();

class Signals {
 public:
  Signals(boost::asio::io_context& loop, std::function<void()> stop, std::function<void()> reload);

 private:
  void read();

  std::function<void()> stop_;
  std::function<void()> reload_;
  Readable readable_;
};

}  // namespace drover::control
