// SPDX-License-Identifier: BSD-3-Clause
// For which VIPs this balancer is master: makes the VRRP instances of the configuration, follows
// what the heartbeat thread says of them, and lets others wait for a change of hands. Without
// `failover` in the file it is master of all, for ever. Control thread only.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/doorbell.h"
#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/event_log.h"
#include "lib/control/event_source.h"
#include "lib/control/heartbeat.h"
#include "lib/control/plant.h"
#include "lib/control/virtual_macs.h"
#include "lib/datapath/snapshot.h"

namespace drover::control {

class Mastership {
 public:
  using Clock = std::chrono::steady_clock;
  using Done = std::function<void()>;

  // What is known of an instance besides what its failover::Instance says.
  struct Tenure {
    failover::Role role = failover::Role::stopped;
    failover::Cause cause = failover::Cause::none;
    Clock::time_point since = {};
    std::uint64_t transitions = 0;         // to master and from it
    std::string fault = {};                // why it may not be master; empty: it may
    Clock::time_point second_master = {};  // was told of last
  };

  Mastership(boost::asio::io_context& loop, const Plant& plant, EventLog& events);

  // The first time it makes the instances, later it gives them the VIPs of the new configuration;
  // what else has changed waits for a restart.
  Result<void> configure(const config::Config& config);
  // After the workers have begun; roles change from now on.
  Result<void> start();

  // For the snapshots, after configure().
  std::map<IpAddress, datapath::VipRole> roles() const;
  bool is_master_of(const IpAddress& vip) const;
  // Any instance's; master of all without `failover`.
  bool is_master_of_any() const;

  // While it is held back it takes over from a silent master only, and preempts nobody: as long as
  // its connections are not yet the peer's.
  void hold_back(const std::string& reason);
  void may_take_over();
  // Is called before this balancer gives mastership away of its own accord; it calls back when what
  // is pending has been said. It is not waited for longer than 200 ms.
  void before_handover(std::function<void(Done)> flush) { flush_ = std::move(flush); }
  struct Change {
    std::size_t instance = 0;  // its index in the file
    bool is_master = false;
    std::string reason;
  };
  // Called after each change of a role.
  void on_change(std::function<void(const Change&)> changed) { changed_ = std::move(changed); }

  // By hand: to another balancer, if one is there. Of the instances with this id; all without one.
  Result<void> yield(std::optional<std::uint8_t> id, const std::string& who);
  // The daemon ends: says so, and calls back when a peer has taken over, or none will.
  void leave(Done done);
  // Nothing is heard or said any more; before the workers go.
  void end();

  // The neighbour table knows where an address is.
  void found(const IpAddress& address, const MacAddress& mac);
  // What is tracked: an instance's priority from now on, and why it may not be master.
  void set_tracked(std::size_t instance, std::uint8_t priority, const std::string& fault);

  bool is_configured() const { return heartbeat_ != nullptr; }
  bool is_real_time() const { return heartbeat_ != nullptr && heartbeat_->is_real_time(); }
  // MAC addresses at which a VIP may be claimed: the virtual ones, and those of the peers.
  std::set<MacAddress> balancer_macs() const;
  const std::vector<Tenure>& tenures() const { return tenures_; }
  // A copy, as of now; by the index in the file.
  std::vector<failover::Instance> instances() const;
  const std::optional<std::string>& held_back() const { return held_back_; }
  // Sentences for the status.
  const std::vector<std::string>& notes() const { return virtual_macs_.notes(); }

 private:
  Result<failover::InstanceSettings> settings_of(const config::Config& config, std::size_t index);
  bool receive(const MacAddress& virtual_mac, std::size_t instance);
  Result<failover::InstancePath> path_of(const config::Config& config, std::size_t port, bool is_v6,
                                         const std::vector<IpAddress>& peers) const;
  void rung();
  void tell(std::size_t instance, const failover::Occurrence& occurrence);
  void tell_of_role(std::size_t instance, const failover::Occurrence& occurrence);
  std::string subject(std::size_t instance) const;
  void flush_then(Done next);
  void wait_for_successor();

  boost::asio::io_context& loop_;
  const Plant& plant_;
  EventLog& events_;
  VirtualMacs virtual_macs_;
  Doorbell bell_;
  std::unique_ptr<Heartbeat> heartbeat_;
  std::optional<Readable> rung_;
  std::vector<Heartbeat::Lease> leases_;
  std::vector<std::vector<failover::InstanceVip>> vips_;  // by instance
  std::vector<std::uint8_t> ids_;
  std::vector<Tenure> tenures_;
  std::map<IpAddress, datapath::VipRole> roles_;
  std::optional<std::string> held_back_;
  std::function<void(Done)> flush_;
  std::function<void(const Change&)> changed_;
  Done after_flush_;
  Alarm flush_deadline_;
  Done after_leaving_;
  Clock::time_point left_;
  Clock::time_point leave_deadline_;
  std::optional<Clock::time_point> succeeded_;
  std::vector<std::size_t> left_as_master_;
  Alarm leave_check_;
};

}  // namespace drover::control
