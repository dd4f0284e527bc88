// SPDX-License-Identifier: BSD-3-Clause
// Where Prometheus and a supervisor ask: GET /metrics, /healthz and /readyz on a TCP port, in plain
// text and for anybody who can connect. A scrape is written in pieces, so that it never holds the
// loop for long. Control thread only.
#pragma once

#include <functional>
#include <string>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/api_server.h"
#include "lib/metrics/facts.h"

namespace drover::control {

class MetricsEndpoint {
 public:
  struct Sources {
    std::function<metrics::Facts()> facts;
    // Why the daemon is not healthy or not ready, a sentence each; empty when it is.
    std::function<std::string()> sickness;
    std::function<std::string()> unreadiness;
  };

  // Errors: as ApiServer's on TCP.
  static Result<MetricsEndpoint> open(boost::asio::io_context& loop, const config::Listen& listen,
                                      Sources sources);

 private:
  explicit MetricsEndpoint(ApiServer server) : server_(std::move(server)) {}
  ApiServer server_;
};

}  // namespace drover::control
