// SPDX-License-Identifier: BSD-3-Clause
// The log lines of DPDK, libbpf and libxdp, brought into the daemon's own log.
#pragma once

#include <string>

namespace drover {

// From here on DPDK and libbpf write to lib/base/log. Before EAL starts.
void route_driver_logs();
// The same for libxdp, which comes with the driver net_af_xdp. After EAL's start.
void route_libxdp_log();

// Keeps the lines that come while it lives, so that a failure can be told in one line. At its end
// they are written for debugging only, but for errors that cause() has not told.
// Not nested; the lines of all threads are kept.
class LogCapture {
 public:
  LogCapture();
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;
  ~LogCapture();

  // The first complaints among them, or "no reason given".
  std::string cause();

 private:
  bool told_ = false;
};

}  // namespace drover
