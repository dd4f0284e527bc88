// SPDX-License-Identifier: BSD-3-Clause
// Connection synchronisation (`failover.sync`) as the control loop sees it: puts the workers, the
// exchange and the sockets together. Control thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/api_model.h"
#include "lib/control/event_log.h"
#include "lib/control/event_source.h"
#include "lib/control/flow_bridge.h"
#include "lib/control/ipvs_exchange.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"
#include "lib/control/sync_directory.h"
#include "lib/control/sync_exchange.h"
#include "lib/control/sync_socket.h"

namespace drover::control {

// The balancers that connections are told to, this one not among them.
std::vector<IpAddress> sync_peers(const config::Config& config);

class ConnectionSync {
 public:
  struct Callbacks {
    std::function<void()> publish;  // makes and publishes a snapshot at once
    // Once: every other balancer's whole table has come, or there is no use in waiting longer; this
    // one may become master.
    std::function<void()> ready;
  };

  // `config` has a sync. All outlive it.
  static Result<std::unique_ptr<ConnectionSync>> open(boost::asio::io_context& loop,
                                                      const config::Config& config,
                                                      const Plant& plant, SnapshotBuilder& builder,
                                                      EventLog& events, Callbacks callbacks);

  // The builder has another configuration, of which a snapshot is going to be published.
  void configured();
  // After the doorbell. Bounded: true if the workers may have more to tell.
  bool workers_rang();

  // Sends all that the workers have told. Before a planned hand-over, once every worker has turned
  // since the last frame that is to count.
  void flush();

  api::Sync report() const;

 private:
  ConnectionSync(boost::asio::io_context& loop, const config::Config& config, const Plant& plant,
                 SnapshotBuilder& builder, EventLog& events, Callbacks callbacks);
  Result<void> start(const config::Config& config);
  Result<void> start_exchange(const config::Config& config);
  Result<void> start_ipvs(const config::Config& config);
  void send(const IpAddress& peer, std::span<const std::uint8_t> datagram);
  void set_reporting();
  bool set_record_order();
  bool has_room() const;  // with the workers, for a datagram's connections
  void pause_if_full();
  void pause(bool paused);
  void distrust_scaling();
  void tick();
  SyncActions actions();

  boost::asio::io_context& loop_;
  const config::Sync config_;
  const Plant& plant_;
  SnapshotBuilder& builder_;
  EventLog& events_;
  Callbacks callbacks_;
  SyncDirectory directory_;
  FlowBridge bridge_;
  std::optional<SyncExchange> exchange_;
  std::vector<std::unique_ptr<SyncSocket>> sockets_;  // one a family
  std::optional<IpvsExchange> ipvs_;
  std::unique_ptr<SyncSocket> ipvs_socket_;
  Alarm alarm_;
  RecordSeal seal_;
  datapath::FlowReporting reporting_ = datapath::FlowReporting::off;
  bool paused_ = false;
  bool distrusts_scaling_ = false;
  bool ready_ = false;
  bool ipvs_waits_ = false;  // the alarm is set for it
};

}  // namespace drover::control
