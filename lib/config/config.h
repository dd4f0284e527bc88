// SPDX-License-Identifier: BSD-3-Clause
// The configuration as values: what the file says, checked, with every default filled in.
// docs/configuration.md explains each key.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/check.h"
#include "lib/config/sync.h"
#include "lib/net/address.h"

namespace drover::config {

using Milliseconds = std::chrono::milliseconds;

enum class PortDriver { af_xdp, pci, vdev };
enum class SourceMac { own, keep };
enum class Idle { adaptive, busy };
enum class Protocol { tcp, udp };
enum class Unknown { adopt, schedule, reset, drop };
enum class OnRemoved { keep, drop, reschedule };
enum class ConnReuse { never, closed, finished };
// What the operator wants of a server. drained: no new connections, those that it has go on;
// disabled: these end, too.
enum class AdminState { enabled, drained, disabled };
enum class OnDown { keep, reschedule, automatic };
enum class WhenAllDown { refuse, sorry, all };
enum class SchedulerFlag { port, fallback };  // in the file with the scheduler's name: "sh-port"

// `nodes`: a balancer of the pair. Its address is also what health checks and probes come from.
struct Node {
  std::string name;
  std::vector<IpInterface> addresses;  // at most one a family; empty only without `nodes`
  std::uint8_t priority = 100;
  // What ports have as their own on this node (`ports[].address`).
  std::vector<IpInterface> port_addresses;
  friend bool operator==(const Node&, const Node&) = default;
};

struct Port {
  std::string name;
  PortDriver driver = PortDriver::af_xdp;
  std::string device;                  // this node's
  std::vector<IpInterface> addresses;  // this node's; empty: see networks.h
  std::uint16_t vlan = 0;              // 1 to 4094; 0: tags are not looked at
  SourceMac source_mac = SourceMac::own;
  // Buffers for each of its queues, in the pool of all: the rings that the device fills and
  // empties, and the bursts of the worker.
  std::uint32_t frames = 8'192;
  friend bool operator==(const Port&, const Port&) = default;
};

struct Workers {
  std::uint16_t count = 1;
  std::vector<unsigned> cores;  // empty: chosen at start; else as many as `count`
  friend bool operator==(const Workers&, const Workers&) = default;
};

struct Server {
  std::string name;  // the file's, or the address
  IpAddress address;
  std::uint32_t weight = 1;
  AdminState state = AdminState::enabled;
  std::optional<MacAddress> mac;
  std::uint32_t upper_threshold = 0;  // connections; 0: none
  std::uint32_t lower_threshold = 0;  // 0: three quarters of the upper

  // What schedulers go by.
  std::uint32_t share() const { return state == AdminState::enabled ? weight : 0; }
};

struct Pool {
  std::string name;  // "service NAME" for servers that stand in a service
  std::vector<Server> servers;
  std::vector<Check> checks;
  std::string port{};      // by which frames leave to the servers; empty: see networks.h
  std::uint16_t vlan = 0;  // of the servers; 0: the port's
};

struct Persistence {
  Milliseconds timeout{300'000};
  std::uint8_t mask = 0;  // prefix length of a client's group; the default is a single address
  bool across_ports = false;
  bool expire_quiescent = false;  // a server of weight 0 loses its persistent clients, too
};

// New connections of the clients of one network.
struct Limit {
  std::uint32_t rate = 0;   // a second, all workers together; never 0
  std::uint32_t burst = 0;  // 0: as many as the rate
  std::uint8_t mask = 0;    // prefix length; 0: 32, of IPv6 64
};

// How long a server that flaps is kept down.
struct HoldDown {
  Milliseconds first{5'000};  // doubled with each flap; 0: not at all
  Milliseconds most{120'000};
};

// What a service makes of its servers' checks.
struct ServiceHealth {
  OnDown on_down = OnDown::automatic;  // a down server's connections
  Milliseconds warmup{0};              // until a server that came back has its whole share
  HoldDown hold_down;
  std::uint32_t quorum = 1;                  // with fewer servers up all count as down
  std::uint32_t quorum_hysteresis = 0;       // so many more until they count again
  std::optional<WhenAllDown> when_all_down;  // none: sorry with a sorry_server, else refuse
};

struct Service {
  std::string name;
  IpAddress address;                 // the VIP
  std::vector<std::uint16_t> ports;  // each a virtual service of its own; empty: any
  Protocol protocol = Protocol::tcp;
  std::string scheduler = "rr";
  std::vector<SchedulerFlag> scheduler_flags;
  bool one_packet = false;  // udp: every datagram is scheduled for itself
  std::string pool;         // a key of Config::pools
  std::vector<std::string>
      on{};  // names of the ports that the VIP answers on; empty: see networks.h
  std::optional<Persistence> persistence;
  std::optional<IpAddress> sorry_server;
  std::vector<IpInterface> allow;  // networks of clients; empty: all but those in `deny`
  std::vector<IpInterface> deny;   // of two that fit, the longer prefix decides
  std::optional<Limit> limit;
  ServiceHealth health = {};
};

// IPVS's time-outs by default (`ipvsadm --set` changes the first, third and the UDP one there).
struct Timeouts {
  Milliseconds tcp_established{900'000};
  Milliseconds tcp_syn_received{60'000};
  Milliseconds tcp_fin_wait{120'000};
  Milliseconds tcp_time_wait{120'000};
  Milliseconds tcp_close{10'000};
  Milliseconds udp{300'000};
};

enum class Family { ipv4, ipv6 };
enum class VrrpVersion { v2, v3 };
enum class VrrpChecksum { rfc5798, rfc9568 };  // of version 3 over IPv4

// A number that may differ between nodes.
struct PriorityByNode {
  std::uint8_t everywhere = 0;  // 0: the node's own
  std::map<std::string, std::uint8_t> by_node;
  friend bool operator==(const PriorityByNode&, const PriorityByNode&) = default;
};

// What an instance watches. One of the first three.
struct Track {
  std::string link;     // a port's name
  std::string service;  // by the share of its servers that are up
  std::optional<ScriptCheck> script;
  std::uint8_t least = 50;  // percent; fewer of the service's servers up: failed
  Milliseconds interval{2'000};
  Milliseconds timeout{1'000};
  std::uint16_t rise = 2;
  std::uint16_t fall = 3;
  std::uint8_t weight = 0;  // what a failure takes from the priority; 0: the node gives up
  friend bool operator==(const Track&, const Track&) = default;
};

// Programs that are run when the role has changed; no shell between.
struct Notify {
  std::vector<std::string> master;  // an absolute path, then its arguments; empty: none
  std::vector<std::string> backup;
  std::string user = "nobody";
  Milliseconds timeout{10'000};
  friend bool operator==(const Notify&, const Notify&) = default;
};

// A further way for heartbeats.
struct HeartbeatPath {
  std::string port;
  std::vector<IpAddress> peers;  // empty: multicast
  friend bool operator==(const HeartbeatPath&, const HeartbeatPath&) = default;
};

struct VrrpInstance {
  std::uint8_t id = 0;
  std::optional<Family> family;  // none: see family_of() in failover_vips.h
  VrrpVersion version = VrrpVersion::v3;
  VrrpChecksum checksum = VrrpChecksum::rfc5798;
  Milliseconds interval{1'000};
  PriorityByNode priority;
  bool preempt = false;
  Milliseconds preempt_delay{0};
  bool use_vmac = false;
  std::vector<std::string> services;  // by name; empty: all of its family that no other names
  std::vector<IpAddress> peers;       // empty: multicast
  std::optional<HeartbeatPath> second_path;
  std::vector<Track> track;
  Notify notify;
  Milliseconds announce_refresh{0};  // 0: not
  friend bool operator==(const VrrpInstance&, const VrrpInstance&) = default;
};

struct Failover {
  std::vector<VrrpInstance> vrrp;
  std::optional<Sync> sync;
  friend bool operator==(const Failover&, const Failover&) = default;
};

struct Listen {
  IpAddress address;
  std::uint16_t port = 0;
  friend bool operator==(const Listen&, const Listen&) = default;
};

struct Api {
  std::string socket = "/run/drover/drover.sock";
  std::optional<Listen> listen;  // over TLS; then the files below are named, too
  std::string certificate;
  std::string key;
  std::string token_file;
  friend bool operator==(const Api&, const Api&) = default;
};

struct Metrics {
  Listen listen{Ipv4Address(0x7f000001), 9641};
  friend bool operator==(const Metrics&, const Metrics&) = default;
};

struct Config {
  std::vector<Node> nodes;
  std::optional<std::size_t> node;  // index of this balancer in `nodes`; none without `nodes`
  Workers workers;
  Idle idle = Idle::adaptive;
  std::uint64_t connections = 1'000'000;   // all workers together
  std::uint32_t refusals = 1'000;          // resets and unreachables a second and worker
  Unknown unknown = Unknown::adopt;        // TCP in mid-stream without an entry
  OnRemoved on_removed = OnRemoved::keep;  // the connections of a removed server
  ConnReuse conn_reuse = ConnReuse::closed;
  bool schedule_icmp = false;  // an ICMP error of no connection gets a server, too
  std::vector<Port> ports;
  std::map<std::string, Pool> pools;
  std::vector<Service> services;
  Timeouts timeouts;
  std::optional<Failover> failover;
  Api api;
  std::optional<Metrics> metrics;

  // Of this node; empty when the file has no `nodes`.
  std::vector<IpInterface> own_addresses() const {
    return node ? nodes[*node].addresses : std::vector<IpInterface>{};
  }
};

}  // namespace drover::config
