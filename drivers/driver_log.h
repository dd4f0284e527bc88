// SPDX-License-Identifier: BSD-3-Clause
// The log lines of DPDK and libbpf, brought into the daemon's own log.
#pragma once

#include <string>

namespace drover {

// From here on DPDK and libbpf write to lib/base/log. Before EAL starts.
void route_driver_logs();

// Keeps the lines that come while it lives, so that a failure can be told in one line. They are
// written at its end: at their own level, or for debugging only when cause() has told them.
// Not nested; the lines of all threads are kept.
class LogCapture {
 public:
  LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture();

  // The errors of these lines, or "no reason given".
  std::string cause();

 private:
  bool told_ = false;
};

}  // namespace drover
