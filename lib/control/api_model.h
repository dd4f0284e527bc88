// SPDX-License-Identifier: BSD-3-Clause
// What the API answers, as values: droverd fills them, the client parses into the same structs.
// docs/api.md gives the meaning of each field; names there are the names here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/control/api_counter.h"
#include "lib/control/api_sync.h"
#include "lib/net/address.h"

namespace drover::api {

// Since the daemon's start; frames and bytes from clients, as IPVS counts them (IP lengths).
struct Totals {
  std::uint64_t connections = 0;
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Totals&, const Totals&) = default;
};

// Where a server's MAC address comes from.
enum class MacSource { unresolved, kernel, file };

struct Server {
  std::string name;
  IpAddress address;
  std::uint16_t port = 0;
  std::string forward = "Route";
  std::uint32_t weight = 1;
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  std::uint64_t persistent = 0;       // clients' templates
  std::uint32_t upper_threshold = 0;  // connections; 0: none
  std::uint32_t lower_threshold = 0;  // 0: none given
  Totals totals;
  std::optional<MacAddress> mac;        // none while it is unresolved
  std::string admin_state = "enabled";  // "enabled" | "drained" | "disabled"
  bool changed = false;                 // not as in the file
  // "up" | "unresolved" | "unknown" | "down" | "warming" | "draining" | "sorry"; a client must bear
  // others
  std::string state = "up";
  std::string reason = {};   // of a state other than "up"
  double state_seconds = 0;  // since when it is up or down
  // What its latest check took; none without checks.
  std::optional<double> check_seconds = std::nullopt;
  friend bool operator==(const Server&, const Server&) = default;
};

struct Service {
  std::string name;
  std::string protocol;  // "TCP" | "UDP"
  IpAddress address;
  std::uint16_t port = 0;
  std::string scheduler;
  std::vector<std::string> flags;  // each as ipvsadm prints it behind the scheduler
  Totals totals;
  std::vector<Server> servers;
  friend bool operator==(const Service&, const Service&) = default;
};

// What IPVS has names for.
struct Timeouts {
  std::uint32_t tcp_established_seconds = 0;
  std::uint32_t tcp_fin_wait_seconds = 0;
  std::uint32_t udp_seconds = 0;
  friend bool operator==(const Timeouts&, const Timeouts&) = default;
};

// GET /v1/services
struct Services {
  std::string version;
  double uptime_seconds = 0;   // the moment of the sample, for rates
  std::uint64_t capacity = 0;  // of the connection table, all workers together
  Timeouts timeouts;
  std::vector<Service> services;
  friend bool operator==(const Services&, const Services&) = default;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// A line of GET /v1/connections.
struct Connection {
  std::string protocol;  // "TCP" | "UDP"
  std::uint32_t expires_seconds = 0;
  std::string state;  // as ipvsadm prints it: "ESTABLISHED", "FIN_WAIT", "UDP"
  Endpoint client;
  Endpoint virtual_service;  // "virtual" in JSON
  Endpoint server;
  friend bool operator==(const Connection&, const Connection&) = default;
};

struct Link {
  bool up = false;
  std::uint32_t speed_mbps = 0;  // 0: unknown
  friend bool operator==(const Link&, const Link&) = default;
};

struct Port {
  std::string name;
  std::string driver;
  std::string device;
  std::string kernel_interface;
  std::optional<MacAddress> mac;
  std::uint32_t mtu = 0;
  Link link;
  std::uint32_t queues = 0;
  std::uint64_t received = 0;  // frames
  std::uint64_t sent = 0;
  std::uint64_t missed = 0;  // no room in the receive queue
  std::uint64_t errors = 0;
  std::uint64_t no_mbuf = 0;                    // receive buffers had run out
  std::uint64_t host_dropped = 0;               // on the way to or from the host interface
  std::optional<std::uint32_t> numa_node = {};  // its device's; none: not known
  friend bool operator==(const Port&, const Port&) = default;
};

struct Worker {
  std::uint32_t id = 0;
  std::uint32_t lcore = 0;
  std::uint32_t core = 0;
  double busy_ratio = 0;  // 0 to 1, over the last second or so
  std::uint64_t bursts = 0;
  std::uint64_t sleeps = 0;
  std::optional<std::uint32_t> numa_node = {};  // its core's; none: not known
  friend bool operator==(const Worker&, const Worker&) = default;
};

struct Table {
  std::uint64_t capacity = 0;
  std::uint64_t entries = 0;
  Counters evicted;            // by what gave way: "embryonic", "tentative", "closing"
  std::uint64_t unplaced = 0;  // packets forwarded by hash because their bucket had no room
  std::uint64_t insert_stops =
      0;  // bursts in which nothing was entered any more after one of those
  friend bool operator==(const Table&, const Table&) = default;
};

struct Memory {
  bool hugepages = false;
  std::string table_pages;  // what the connection tables lie on: "1 GB hugepages"
  friend bool operator==(const Memory&, const Memory&) = default;
};

// A real server's place in the network; one line an address, however many services use it.
struct ServerMac {
  IpAddress address;
  std::optional<MacAddress> mac;
  MacSource mac_source = MacSource::unresolved;
  friend bool operator==(const ServerMac&, const ServerMac&) = default;
};

// A connection in the table, as a stage left it.
struct TracedEntry {
  std::string state;  // "ESTABLISHED"
  std::uint32_t expires_seconds = 0;
  std::string server;  // its name, or its address if it has been removed
  friend bool operator==(const TracedEntry&, const TracedEntry&) = default;
};

// What a stage that did not pass the packet over made of it.
struct TracedStage {
  std::string stage;  // "parse", "look_up"
  // parse: "ipv4", or what is wrong; classify: "flow", "quoted", "first_fragment",
  // "later_fragment"; rewrite: "addressed", "answered"; settle: "sent", "held", "kernel", "taken",
  // "dropped"; else empty
  std::string found;
  std::optional<TracedEntry> entry;  // of look_up, schedule, steer_fragments and relate
  std::string server;                // to which it goes now; empty: to none
  std::string verdict;               // if it is a new one
  friend bool operator==(const TracedStage&, const TracedStage&) = default;
};

// A line of GET /v1/trace: what became of a packet, stage by stage.
struct TracedPacket {
  double time = 0;  // seconds since 1970
  std::uint32_t worker = 0;
  std::string port;          // by which it came
  bool handed_over = false;  // to this worker, by another one
  std::string packet;        // "TCP 198.51.100.7:40001 > 192.0.2.10:80 [S]"
  std::uint32_t length = 0;
  std::string verdict;
  std::string server;             // its name; empty when it was sent to none
  std::optional<Endpoint> at;     // the server's address, the service's port
  std::optional<MacAddress> mac;  // that it was sent to
  std::uint64_t unseen = 0;       // packets before it that there was no room to tell of
  std::vector<TracedStage> stages;
  friend bool operator==(const TracedPacket&, const TracedPacket&) = default;
};

// A value of the configuration, on one line of YAML; null where it is not set.
struct Difference {
  std::string path;  // "pools.nginx.servers.nginx2.weight"
  std::optional<std::string> before;
  std::optional<std::string> after;
  friend bool operator==(const Difference&, const Difference&) = default;
};

// GET /v1/configuration/differences: from the file, as last read, to what runs. Also what a reload
// or another change answers: from what ran before to what runs now.
struct Differences {
  std::vector<Difference> differences;
  std::vector<std::string> needs_restart;  // keys of the file that wait for one
  std::vector<std::string> dropped;        // changes that the new file left no place for
  std::vector<std::string> warnings;       // about the file
  friend bool operator==(const Differences&, const Differences&) = default;
};

struct Configuration {
  std::string file;
  bool matches_file = true;   // the file, as last asked to be read, is what runs
  std::uint64_t changes = 0;  // services and servers changed at run time
  std::vector<std::string> needs_restart;
  std::uint64_t reloads_succeeded = 0;
  std::uint64_t reloads_failed = 0;
  std::vector<std::string> errors;  // of the last reload, if that failed
  friend bool operator==(const Configuration&, const Configuration&) = default;
};

// A machine other than a balancer that has claimed a VIP.
struct AddressConflict {
  IpAddress vip;
  MacAddress mac;
  std::optional<IpAddress> server;  // the real server at this MAC address, if one is
  std::uint64_t frames = 0;
  double seconds_ago = 0;  // the last of them
  friend bool operator==(const AddressConflict&, const AddressConflict&) = default;
};

// Another balancer that has been heard, on one of the ways to it.
struct HeartbeatPeer {
  IpAddress address;
  std::string port;
  std::optional<MacAddress> mac;
  std::uint32_t priority = 0;  // that it said last; 0: it leaves
  double interval_seconds = 0;
  double heard_seconds_ago = 0;
  std::uint64_t advertisements = 0;
  friend bool operator==(const HeartbeatPeer&, const HeartbeatPeer&) = default;
};

struct VrrpInstance {
  std::uint32_t id = 0;
  std::string family;  // "ipv4" | "ipv6"
  std::uint32_t version = 3;
  std::string role;    // "master" | "backup" | "stopped"
  std::string reason;  // why the role changed last
  std::string fault;   // why it may not be master; empty: it may
  double role_seconds = 0;
  std::uint64_t transitions = 0;  // to master and from it
  std::uint32_t priority = 0;     // by what is tracked
  double interval_seconds = 0;
  std::optional<MacAddress> virtual_mac;
  std::vector<IpAddress> vips;
  std::optional<double> heard_seconds_ago;  // the last advertisement of another; none: never
  std::uint64_t sent = 0;                   // advertisements
  std::uint64_t heard = 0;
  std::uint64_t unresolved = 0;  // not sent, as a peer's MAC address was not known
  std::uint64_t announcements = 0;
  std::uint64_t second_masters = 0;  // advertisements of another while this one was master
  Counters discarded;                // by the reason
  std::vector<HeartbeatPeer> peers;
  friend bool operator==(const VrrpInstance&, const VrrpInstance&) = default;
};

struct Failover {
  bool real_time = false;   // heartbeats run before ordinary threads
  std::string held_back;    // why it does not preempt yet; empty: it may
  std::uint64_t stale = 0;  // heartbeats not sent, as they came too late to be true
  std::vector<VrrpInstance> instances;
  friend bool operator==(const Failover&, const Failover&) = default;
};

// GET /v1/status
struct Status {
  std::string version;
  std::string node;  // empty without `nodes` in the file
  double uptime_seconds = 0;
  std::uint64_t generation = 0;  // of the snapshot that the workers run
  Memory memory;
  std::vector<Port> ports;
  std::vector<Worker> workers;
  Table table;
  Counters verdicts;  // all of them, in the order of the data path's enum
  std::vector<ServerMac> servers;
  Configuration configuration;
  std::vector<AddressConflict> address_conflicts;
  std::optional<Failover> failover = {};  // none: always master
  std::optional<Sync> sync = {};
  std::vector<std::string> notes;  // what a person should know, a sentence each
  friend bool operator==(const Status&, const Status&) = default;
};

// Where a flow's packet goes that does not begin a connection, and none is there.
struct MidStream {
  std::string why;  // "template" | "hash" | "scheduler" | "reset" | "dropped" | "no_server"
  std::optional<Endpoint> server;
  friend bool operator==(const MidStream&, const MidStream&) = default;
};

// GET /v1/lookup
struct Lookup {
  std::string protocol;  // "TCP" | "UDP"
  Endpoint client;
  Endpoint virtual_service;  // "virtual" in JSON
  std::string service;       // its name; empty: there is none
  // "entry" | "template" | "scheduler" | "dropped" | "denied" | "no_server" | "no_service" |
  // "no_vip"
  std::string why;
  std::optional<Endpoint> server = {};
  std::optional<std::uint32_t> worker = {};  // these three of an entry
  std::string state = {};
  std::uint32_t expires_seconds = 0;
  std::vector<Endpoint> picks = {};  // the scheduler's, by worker, as each goes round for itself
  std::optional<MidStream> mid_stream = {};
  friend bool operator==(const Lookup&, const Lookup&) = default;
};

// A line of GET /v1/events.
struct Event {
  std::uint64_t sequence = 0;  // from 1, without gaps, anew with each start of droverd
  std::string time;            // RFC 3339, UTC: "2026-01-31T23:59:59.999Z"
  std::string kind;            // "health", "reload"; a client must bear others
  std::string level;           // "debug" | "info" | "warning" | "error"
  std::string subject;
  std::string text;
  friend bool operator==(const Event&, const Event&) = default;
};

// JSON on one line, without a line break at its end.
std::string encode(const Services& services);
std::string encode(const Status& status);
std::string encode(const Connection& connection);
std::string encode(const TracedPacket& packet);
std::string encode(const Lookup& lookup);
std::string encode(const Event& event);
// {"error": {"where": ..., "what": ..., "remedy": ...}}
std::string encode(const Error& error);
// The same, and behind it {"errors": [...]} with all of them.
std::string encode(const Errors& errors);
std::string encode(const Differences& differences);

bool is_json(std::string_view text);
// A string with its quotes, for a request's body or a part of it.
std::string json_string(std::string_view text);

// A missing key keeps its default, an unknown one is passed over, so that client and daemon of
// neighbouring versions understand each other; a wrong type is an error that names the field.
Result<Services> decode_services(std::string_view json);
Result<Status> decode_status(std::string_view json);
Result<Connection> decode_connection(std::string_view json);
Result<TracedPacket> decode_traced_packet(std::string_view json);
Result<Lookup> decode_lookup(std::string_view json);
Result<Event> decode_event(std::string_view json);
Result<Differences> decode_differences(std::string_view json);
Result<Error> decode_error(std::string_view json);
// All that there are, at least one.
Errors decode_errors(std::string_view json);

// The same JSON with line breaks and two blanks a level.
Result<std::string> indent(std::string_view json);

// "192.0.2.10:80", "[2001:db8::1]:80"
std::optional<Endpoint> parse_endpoint(std::string_view text);

std::string_view to_string(MacSource source);  // "unresolved", "kernel", "file"

}  // namespace drover::api
