// SPDX-License-Identifier: BSD-3-Clause
// All that a worker needs to know in order to treat a frame, as one immutable value.
//
// The rules:
// - The control thread builds a Snapshot, publishes it (SnapshotStore) and never changes it again.
// - A worker loads the pointer once a turn and uses that snapshot for the whole turn.
// - A snapshot that was replaced is freed once every worker has started a new turn since.
// - Ids (VipId, DestinationId) mean the same in every snapshot as long as a connection may hold
// them.
// - What outlives a snapshot (counters, the schedulers' memory) is shared by pointer between
//   successive snapshots.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "lib/balance/maglev_table.h"
#include "lib/balance/scheduler.h"
#include "lib/balance/thresholds.h"
#include "lib/base/flat_index.h"
#include "lib/base/strong_id.h"
#include "lib/datapath/admission.h"
#include "lib/datapath/counters.h"
#include "lib/datapath/flow_record.h"
#include "lib/datapath/known_sources.h"
#include "lib/datapath/mastership_lease.h"
#include "lib/datapath/persistence.h"
#include "lib/datapath/record_plan.h"
#include "lib/datapath/table_memory.h"
#include "lib/flow/connection_key.h"
#include "lib/flow/tcp_state.h"
#include "lib/net/address.h"
#include "lib/net/wire.h"

namespace drover::datapath {

struct FastFacts;

// What becomes of a connection when a packet of it comes in.
enum class Bond : std::uint8_t {
  holds,
  holds_until_syn,  // a SYN is scheduled anew: a drained server with `on_removed: reschedule`
  drops,            // the server was removed: its packets are dropped, it stays as it is
  releases          // the server was removed or cannot be reached: the connection is no more
};

// What the treatment of a frame needs; small, since every forwarded frame reads one.
struct Destination {
  DestinationCounters* counters = nullptr;  // indexed by worker; null: the id is not in use
  MacAddress mac;
  EgressId egress;
  bool resolved : 1 = false;        // `mac` is known
  bool has_thresholds : 1 = false;  // in the details
  bool warming : 1 = false;         // gets a part of its new connections only: share in the details
  Bond bond : 2 = Bond::holds;
};
static_assert(sizeof(Destination) == 16);

// A whole share of new connections.
inline constexpr std::uint8_t full_share = 32;

// The rest of a destination.
struct DestinationDetails {
  IpAddress address;
  balance::Thresholds thresholds;
  std::uint8_t share = full_share;  // of the connections that the scheduler would give it
  std::shared_ptr<DestinationCountersByWorker> counters;
  std::shared_ptr<std::vector<Counter>> persistent;  // templates that name it, by worker
};

// Ports as bits, by PortId.
using PortSet = std::uint32_t;
constexpr PortSet port_bit(PortId port) {
  return PortSet{1} << port.value();
}

// Who speaks for a VIP when there are several balancers.
struct VipRole {
  std::shared_ptr<const MastershipLease> lease;  // null: this one, always
  MacAddress virtual_mac;                        // that the VIP is at; zero: the port's own
};

struct Vip {
  IpAddress address;
  VipId tcp;
  VipId udp;
  PortSet ports = ~PortSet{0};  // by which frames to it come in
  VipRole role = {};

  bool is_ours(std::uint64_t now) const { return role.lease == nullptr || role.lease->holds(now); }
  bool has_virtual_mac() const { return !role.virtual_mac.is_zero(); }
};

// What the workers remember for one service, each its own.
using SchedulerMemory = std::vector<std::unique_ptr<balance::SchedulerState>>;

// A VIP, a protocol and a port.
struct VirtualService {
  std::shared_ptr<const balance::Scheduler> scheduler;
  std::vector<DestinationId> candidates;  // all servers, those that are down, too
  std::vector<std::uint32_t> scheduled;   // what the scheduler's picks index -> `candidates`
  std::vector<bool> serves;               // by candidate: it may have new connections
  bool undecided = false;                 // a server may yet turn out to be up: nothing is refused
  balance::MaglevTable placement;         // by hash, for what has no entry; indexes `candidates`
  std::shared_ptr<const SchedulerMemory> memory;   // by worker
  std::shared_ptr<const Persistence> persistence;  // null: none
  std::shared_ptr<const Admission> admission;      // null: for everybody, without limit
  std::uint8_t protocol = ip_protocol::tcp;
  // The other balancer's hash finds the servers, too: only of others it need be told.
  bool placed_alike = false;
  bool one_packet = false;  // nothing is entered in the table
};

// What a TCP packet in mid-stream gets that belongs to no connection.
// adopt: a server by hash, and an entry; schedule: the scheduler's choice (IPVS's sloppy_tcp).
enum class UnknownPolicy : std::uint8_t { adopt, schedule, reset, drop };

// On which connections a SYN begins a new one (IPVS's conn_reuse_mode: never 0, closed 1, finished
// 2 and 3).
enum class ReusePolicy : std::uint8_t { never, closed, finished };

struct PortFacts {
  std::uint16_t ethdev = 0;
  std::uint16_t transmit_queues = 1;
  MacAddress mac;
  std::uint16_t vlan = 0;  // of the frames for VIPs; 0: any, and none
  std::uint16_t mtu = 0;   // 0: not known
  bool keep_source_mac = false;
  bool has_host_interface = false;             // frames for the kernel can be handed over
  std::vector<IpAddress> host_addresses = {};  // this host's, on the port's kernel interface
};

// A way out to real servers: a port, and the VLAN there.
struct Egress {
  PortId port;
  bool keep_source_mac = false;
  MacAddress mac;          // the port's
  std::uint16_t vlan = 0;  // 0: in none; a frame keeps the tag that its way in did not ask for
  std::uint16_t mtu = UINT16_MAX;  // of the port
};

struct Snapshot {
  std::uint64_t generation = 0;
  std::vector<PortFacts> ports;  // by PortId
  std::vector<Egress> egresses;  // by EgressId
  FlatIndex vip_index;           // Ipv4Address::value() -> `vips`
  FlatIndexOf<Ipv6Address> vip_index_v6;
  std::vector<Vip> vips;
  // By VipId, those of `vips`; empty: this balancer speaks for all of them.
  std::vector<const MastershipLease*> leases;
  KnownSources known_sources;
  FlatIndex server_macs;    // mac_key() of every resolved destination
  FlatIndex service_index;  // service_key() -> `services`
  std::vector<std::shared_ptr<const VirtualService>> services;
  std::vector<std::shared_ptr<const Persistence>> persistences;  // by PersistenceId; may be null
  std::vector<Destination> destinations;                         // by DestinationId
  std::vector<DestinationDetails> destination_details;
  std::vector<DestinationId> watched;  // whose counts of all workers each worker must know
  flow::Timeouts timeouts;
  UnknownPolicy unknown = UnknownPolicy::adopt;
  ReusePolicy reuse = ReusePolicy::closed;
  bool schedule_icmp = false;                 // an ICMP error of no connection gets a server, too
  std::uint32_t refusals_per_second = 1'000;  // each worker
  bool has_limits = false;                    // one service at least
  bool any_thresholds = false;                // one server at least has them
  FlowReporting flow_reporting = FlowReporting::off;
  std::shared_ptr<const RecordPlan> record_plan;  // null: control sends all records
  std::uint64_t flow_refresh = 30'000'000'000;    // nanoseconds; see FlowReporter
  bool any_placed_alike = false;                  // one service at least
  std::uint64_t scheduler_generation = 0;         // grows with each change of a scheduler
  // Grows whenever access lists may have changed; 0: there are none.
  std::uint64_t access_generation = 0;
  // By worker, which moves to what is larger than its own; empty: nothing is.
  std::vector<TableMemory> tables;
  std::shared_ptr<const FastFacts> fast;  // made last, of all the others; null: no fast path

  // Another balancer speaks for this VIP now, or nobody.
  bool is_anothers(VipId vip, std::uint64_t now) const {
    if (leases.empty()) return false;
    const MastershipLease* lease = leases[vip.value()];
    return lease != nullptr && !lease->holds(now);
  }
  const Egress& egress_of(const Destination& destination) const {
    return egresses[destination.egress.value()];
  }
  bool is_own(const MacAddress& mac) const {
    for (const PortFacts& port : ports)
      if (port.mac == mac) return true;
    return false;
  }
  static std::uint64_t service_key(VipId vip, std::uint16_t port) {
    return std::uint64_t{vip.value()} << 16 | port;
  }
  static std::uint64_t mac_key(const MacAddress& mac) {
    std::uint64_t key = 0;
    for (const std::uint8_t byte : mac.bytes()) key = key << 8 | byte;
    return key;
  }
  const Vip* find_vip(Ipv4Address address) const {
    const auto at = vip_index.find(address.value());
    return at ? &vips[*at] : nullptr;
  }
  const Vip* find_vip(const Ipv6Address& address) const {
    const auto at = vip_index_v6.find(address);
    return at ? &vips[*at] : nullptr;
  }
  const VirtualService* find_service(VipId vip, std::uint16_t port) const {
    auto at = service_index.find(service_key(vip, port));
    if (!at) at = service_index.find(service_key(vip, 0));  // `ports: any`
    return at ? services[*at].get() : nullptr;
  }
  // Of the service that the connection is for; null: it has none.
  const Persistence* find_persistence(VipId vip, std::uint16_t port) const {
    const VirtualService* service = find_service(vip, port);
    return service == nullptr ? nullptr : service->persistence.get();
  }
};

}  // namespace drover::datapath
