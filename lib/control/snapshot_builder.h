// SPDX-License-Identifier: BSD-3-Clause
// Turns the configuration and what is known of the network into snapshots. What outlives a snapshot
// (ids, counters, the schedulers' memory) it keeps. Control thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/id_registry.h"
#include "lib/control/persistence_groups.h"
#include "lib/datapath/snapshot.h"

namespace drover::control {

// A real server of a virtual service, as it is listed.
struct ServerView {
  config::Server server;
  DestinationId id;
  PortId egress;
  std::shared_ptr<const datapath::DestinationCountersByWorker> counters;
  std::shared_ptr<const std::vector<Counter>> persistent;  // templates, by worker
};

// A virtual service, as it is listed.
struct ServiceView {
  std::string name;
  std::string scheduler;
  std::vector<std::string> shown_flags;  // as ipvsadm prints them behind the scheduler
  bool one_packet = false;
  ServiceKey key;
  std::vector<ServerView> servers;
  std::shared_ptr<const datapath::Persistence> persistence;  // null: none
};

using MacOf = std::function<std::optional<MacAddress>(const IpAddress&)>;

class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(std::uint16_t workers) : workers_(workers) {}

  // What the following snapshots are made from. An error changes nothing: more VIPs or servers than
  // there are ids.
  Result<void> configure(const config::Config& config, std::vector<datapath::PortFacts> ports);

  // `mac_of` is asked for servers whose address the file does not pin.
  std::unique_ptr<const datapath::Snapshot> build(const MacOf& mac_of);

  const std::vector<ServiceView>& services() const { return services_; }
  // "192.0.2.10" and protocol of an id in a connection.
  const ServiceKey& vip(VipId id) const { return vip_keys_[id.value()]; }
  const IpAddress& server(DestinationId id) const { return destinations_[id.value()].address; }

 private:
  struct ServiceParts {
    std::shared_ptr<const datapath::VirtualService> service;
    std::shared_ptr<std::vector<datapath::SchedulerMemory>> memory;
  };

  Result<ServiceView> view_of(const config::Config& config, const config::Service& service,
                              std::uint16_t port);
  std::shared_ptr<const datapath::VirtualService> make_service(const ServiceView& view);
  Result<void> add_vip(const IpAddress& address, std::vector<datapath::Vip>& vips);

  std::uint16_t workers_;
  std::uint64_t generation_ = 0;
  std::uint32_t candidate_generation_ = 0;
  IdRegistry ids_;
  PersistenceGroups persistence_groups_;
  std::vector<datapath::PortFacts> ports_;
  std::vector<datapath::Vip> vips_;
  std::vector<ServiceKey> vip_keys_;  // by VipId
  std::vector<ServiceView> services_;
  std::vector<datapath::DestinationDetails> destinations_;  // by DestinationId
  std::map<ServiceKey, ServiceParts> parts_;
  config::Timeouts timeouts_;
  datapath::UnknownPolicy unknown_ = datapath::UnknownPolicy::adopt;
  std::uint32_t refusals_ = 0;
};

}  // namespace drover::control
