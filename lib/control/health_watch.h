// SPDX-License-Identifier: BSD-3-Clause
// Runs the health checks of all services and says how each server takes part. Control thread only.
//
// What is known of a server is kept by its virtual service and address, what is known of a check by
// all that it is, so both survive a new configuration in which they are the same.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/control/event_log.h"
#include "lib/control/snapshot_builder.h"
#include "lib/health/monitor.h"
#include "lib/health/quorum.h"
#include "lib/health/server_health.h"

namespace boost::asio {
class io_context;
}

namespace drover::control {

// What instead of servers that are up gets a service's connections.
enum class Resort { none, refuse, sorry, all };

class HealthWatch {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  struct Server {
    IpAddress address;
    std::string name;
    std::vector<health::WatchedCheck> checks;  // empty: always up
    health::ServerHealth health;
    bool cold = false;  // it came after the daemon's start
  };
  struct Service {
    std::string name;
    bool has_several_ports = false;
    config::ServiceHealth settings;
    std::vector<Server> servers;  // the view's, but for the sorry server
    health::Quorum quorum;
    Resort resort = Resort::none;
  };

  // `changed` comes from the loop: apply() has something new to say. `events` gets each change of a
  // server.
  HealthWatch(boost::asio::io_context& loop, health::Monitor::Routes routes, EventLog& events,
              std::function<void()> changed);

  // After the builder's configure() with the same configuration. New checks begin at once.
  void configure(const config::Config& config, const SnapshotBuilder& builder, TimePoint now);

  // Tells the builder how servers take part now; before each build.
  void apply(SnapshotBuilder& builder, TimePoint now);
  // When it must be called again, if no check changes anything.
  std::optional<TimePoint> next_change(TimePoint now) const;

  const std::map<ServiceKey, Service>& services() const { return services_; }
  // By the key of a view; null: not configured.
  const Service* find(const ServiceKey& key) const;
  // Null also for a sorry server.
  const Server* find(const ServiceKey& key, const IpAddress& server) const;
  // Why a server is down, as its checks say by now.
  std::string reason(const Server& server, TimePoint now) const;
  // Of a check of such a server.
  const health::CheckStatus& status(const health::WatchedCheck& check) const {
    return monitor_.status(check);
  }

 private:
  void watch_checks();
  health::Reading read(const Server& server) const;
  void update(const ServiceKey& key, Service& service, TimePoint now);
  void judge(const ServiceKey& key, Service& service);
  Standing standing_of(const Service& service, const Server& server, TimePoint now) const;

  EventLog& events_;
  health::Monitor monitor_;
  std::map<ServiceKey, Service> services_;
  bool started_ = false;  // configured once
};

}  // namespace drover::control
