// SPDX-License-Identifier: BSD-3-Clause
// Turns the configuration and what is known of the network into snapshots. What outlives a snapshot
// (ids, counters, the schedulers' memory, servers that were removed) it keeps. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/id_registry.h"
#include "lib/control/persistence_groups.h"
#include "lib/control/record_ways.h"
#include "lib/control/standing.h"
#include "lib/control/ways_out.h"
#include "lib/datapath/snapshot.h"

namespace drover::control {

// A real server of a virtual service, as it is listed.
struct ServerView {
  config::Server server;
  DestinationId id;
  WayOut way_out;
  std::shared_ptr<const datapath::DestinationCountersByWorker> counters;
  std::shared_ptr<const std::vector<Counter>> persistent;  // templates, by worker
  bool is_sorry = false;  // the sorry server, last of the list: it serves when no other does
};

// A virtual service, as it is listed.
struct ServiceView {
  std::string name;
  std::string scheduler;
  std::vector<config::SchedulerFlag> flags;
  std::vector<std::string> shown_flags;  // of the service, as ipvsadm prints them
  bool one_packet = false;
  ServiceKey key;
  std::vector<ServerView> servers;
  std::shared_ptr<const datapath::Persistence> persistence;  // null: none
  std::shared_ptr<const datapath::Admission> admission;      // null: everybody
};

// With `on_removed: keep`, how long the connections of a removed server go on.
inline constexpr std::chrono::minutes removed_server_grace{5};

// Those of its virtual services. `ports: any` is the port 0, as IPVS has it.
std::vector<std::uint16_t> virtual_ports(const config::Service& service);

using MacOf = std::function<std::optional<MacAddress>(const IpAddress&)>;

class SnapshotBuilder {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit SnapshotBuilder(std::uint16_t workers) : workers_(workers) {}

  // What the following snapshots are made from. An error changes nothing: more VIPs, servers or
  // ways out than there are ids, or a server whose MAC address in the file is a port's own.
  Result<void> configure(const config::Config& config, std::vector<datapath::PortFacts> ports,
                         TimePoint now);

  // What the workers' tables are to be in from now on (Snapshot::tables).
  void set_tables(std::vector<datapath::TableMemory> tables) { tables_ = std::move(tables); }

  // How the servers of one of services() take part from now on, in their order. A server that was
  // never told of serves, a sorry server does not; what was told stays with the server.
  void set_standings(const ServiceView& service, std::span<const Standing> standings);
  const Standing& standing(const ServerView& server) const {
    return destinations_[server.id.value()].standing;
  }

  // Who speaks for which VIP, from the next build() on; for those that are not named, this
  // balancer.
  void set_roles(std::map<IpAddress, datapath::VipRole> roles) { roles_ = std::move(roles); }
  // How the following snapshots let the workers tell of flows, and how soon of what was not told.
  void set_flow_reporting(datapath::FlowReporting reporting, std::chrono::nanoseconds refresh) {
    flow_reporting_ = reporting;
    flow_refresh_ = refresh;
  }

  // What the workers are to send other balancers themselves, from the next build() on; none: no
  // records.
  void set_record_order(std::optional<RecordOrder> order) { record_order_ = std::move(order); }

  // `mac_of` is asked for servers whose address the file does not pin.
  std::unique_ptr<const datapath::Snapshot> build(const MacOf& mac_of, TimePoint now);
  // When, with all else the same, the next snapshot would differ from one built `now`.
  std::optional<TimePoint> next_change(TimePoint now) const;

  const std::vector<ServiceView>& services() const { return services_; }
  // "192.0.2.10" and protocol of an id in a connection.
  const ServiceKey& vip(VipId id) const { return vip_keys_[id.value()]; }
  // By VipId, of all ids that were ever given out; port 0.
  const std::vector<ServiceKey>& vip_keys() const { return vip_keys_; }
  const std::vector<datapath::Vip>& vips() const { return vips_; }
  const IpAddress& server(DestinationId id) const {
    return destinations_[id.value()].server.address;
  }
  // The next configure() makes this service's scheduler anew, as IPVS does when a server is edited,
  // be it to what it was.
  void renew_scheduler(const ServiceKey& service) { parts_[service].renew = true; }
  // Of ids that were ever given out.
  std::size_t destination_count() const { return destinations_.size(); }
  // Those of services(), even while they are down, and the removed ones that connections are still
  // sent to.
  std::vector<ReachedServer> reached_servers(TimePoint now) const;
  // Other balancers whose MAC addresses build() asks for, too.
  const std::vector<ReachedServer>& peers() const { return peers_; }
  // This one's and the others', as far as they are known: no real server's.
  std::set<MacAddress> balancers(const MacOf& mac_of) const;
  // Servers of the last snapshot that get nothing because their MAC address is a balancer's.
  const std::set<IpAddress>& refused_servers() const { return refused_servers_; }

 private:
  struct ServiceParts {
    std::string scheduler;
    std::shared_ptr<const datapath::VirtualService> service;
    std::shared_ptr<const datapath::SchedulerMemory> memory;
    bool renew = false;
  };
  struct DestinationRecord {
    config::Server server;  // as last configured
    WayOut way_out;
    std::uint32_t last_weight = 0;  // the latest that was not 0, since it became a server
    balance::Thresholds thresholds;
    Standing standing;
    bool needs_loads = false;
    std::optional<TimePoint> removed;  // none: it is a server now
    bool retired = false;              // has no way back: see IdRegistry::retire
    std::shared_ptr<datapath::DestinationCountersByWorker> counters;
    std::shared_ptr<std::vector<Counter>> persistent;  // templates, by worker
  };

  Result<ServiceView> view_of(const config::Config& config, const config::Service& service,
                              std::uint16_t port);
  Result<void> add_server(ServiceView& view, const config::Server& server, const WayOut& way_out,
                          bool is_sorry);
  static void change_thresholds(DestinationRecord& record, const config::Server& server);
  void take_over(const std::vector<ServiceView>& services, TimePoint now);
  std::uint32_t weight_of(const ServerView& server) const {
    return effective_weight(server.server.share(), standing(server));
  }
  DestinationRecord new_record() const;
  void retire_removed();
  void free_retired(TimePoint now);
  ServiceParts make_parts(const ServiceView& view, ServiceParts before);
  std::shared_ptr<const balance::Scheduler> make_scheduler(const ServiceView& view,
                                                           const ServiceParts& before);
  datapath::Bond bond_of(const DestinationRecord& record, TimePoint now) const;
  void set_balancers(const config::Config& config);
  void add_known_addresses(datapath::Snapshot& snapshot) const;
  Result<void> add_vip(const config::Config& config, const config::Service& service,
                       std::vector<datapath::Vip>& vips);

  std::uint16_t workers_;
  std::uint64_t generation_ = 0;
  std::uint32_t scheduler_generation_ = 0;
  IdRegistry ids_;
  PersistenceGroups persistence_groups_;
  std::vector<datapath::PortFacts> ports_;
  std::vector<datapath::Vip> vips_;
  std::map<IpAddress, datapath::VipRole> roles_;
  std::vector<ServiceKey> vip_keys_;  // by VipId
  std::vector<ServiceView> services_;
  std::vector<DestinationRecord> destinations_;  // by DestinationId
  std::map<ServiceKey, ServiceParts> parts_;
  std::vector<IpAddress> own_addresses_;
  std::vector<IpAddress> peer_addresses_;
  config::Timeouts timeouts_;
  config::Unknown unknown_ = config::Unknown::adopt;
  config::OnRemoved on_removed_ = config::OnRemoved::keep;
  config::ConnReuse reuse_ = config::ConnReuse::closed;
  bool schedule_icmp_ = false;
  std::uint32_t refusals_ = 0;
  std::uint64_t configurations_ = 0;
  datapath::FlowReporting flow_reporting_ = datapath::FlowReporting::off;
  std::optional<RecordOrder> record_order_;
  bool tells_ipvs_ = false;
  std::chrono::nanoseconds flow_refresh_ = std::chrono::seconds(30);
  std::vector<ReachedServer> peers_;
  std::set<IpAddress> refused_servers_;
  std::vector<datapath::TableMemory> tables_;
};

}  // namespace drover::control
