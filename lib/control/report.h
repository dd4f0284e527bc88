// SPDX-License-Identifier: BSD-3-Clause
// What GET /v1/services and /v1/status answer, from counters and facts. Control thread only.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "lib/control/api_model.h"
#include "lib/control/health_watch.h"
#include "lib/control/host_bridge.h"
#include "lib/control/live_configuration.h"
#include "lib/control/mastership.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"
#include "lib/control/vip_conflicts.h"
#include "lib/control/zeroed_counters.h"

namespace drover::control {

// How busy each worker was between the last two samples.
class BusyMeter {
 public:
  using Clock = std::chrono::steady_clock;
  void sample(const std::vector<PlantWorker>& workers, Clock::time_point now);
  double ratio(std::size_t worker) const { return worker < ratios_.size() ? ratios_[worker] : 0; }

 private:
  Clock::time_point last_{};
  std::vector<std::uint64_t> busy_nanoseconds_;
  std::vector<double> ratios_;
};

struct ReportContext {
  const LiveConfiguration& configuration;
  const Plant& plant;
  const SnapshotBuilder& services;
  const HealthWatch& health;
  const BusyMeter& busy;
  const HostBridge& bridge;
  const ZeroedCounters& zeroed;
  const MacOf& mac_of;  // as the kernel has it
  const VipConflicts& conflicts;
  const Mastership& mastership;
  std::chrono::steady_clock::time_point started;
  std::optional<api::Sync> sync;
  std::vector<std::string> notes;
};

// The real server at this MAC address.
std::optional<IpAddress> server_at(const SnapshotBuilder& services, const MacOf& mac_of,
                                   const MacAddress& mac);

api::Services report_services(const ReportContext& context);
api::Status report_status(const ReportContext& context);

}  // namespace drover::control
