// SPDX-License-Identifier: BSD-3-Clause
// What Linux's IPVS was seen to do, packet by packet: a JSON file with
//   name
//   sysctl              net.ipv4.vs.* that were set away from the kernel's defaults
//   services            on 10.0.0.100, TCP port 80 unless said; `servers` as they were added
//   events              in order: a packet and the server that got it, a change of a server, the
//                       table that ipvsadm then showed, or seconds in which nothing came ("wait")
//   connections_at_end  what `ipvsadm -Lnc` showed then; the expiry is not looked at
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lib/config/config.h"
#include "lib/net/address.h"

namespace drover::test {

using ServerNumber = unsigned;

struct RecordedServer {
  ServerNumber id = 0;
  std::uint32_t weight = 1;
  std::uint32_t upper = 0;
  std::uint32_t lower = 0;
};

struct RecordedService {
  std::string scheduler = "wlc";
  std::vector<config::SchedulerFlag> flags;
  config::Protocol protocol = config::Protocol::tcp;
  std::uint16_t port = 80;  // 0: any
  std::optional<std::chrono::seconds> persistent;
  std::uint8_t mask = 32;
  bool one_packet = false;
  std::vector<RecordedServer> servers;  // the oldest first
};

struct RecordedPacket {
  enum class Kind { tcp, udp, ping, icmp };
  Kind kind = Kind::tcp;
  config::Protocol quoted = config::Protocol::tcp;  // by an ICMP error
  std::uint8_t flags = 0;                           // of TCP
  std::uint16_t payload = 0;                        // bytes
  Ipv4Address source;
  std::uint16_t source_port = 0;
  Ipv4Address destination;
  std::uint16_t destination_port = 0;
  std::optional<ServerNumber> to;
};

// Of the first service, or, if that has no such server, of the first that has.
struct RecordedChange {
  enum class Kind { weight, add, remove };
  Kind kind = Kind::weight;
  RecordedServer server;
  bool has_thresholds = false;
};

struct RecordedRow {
  std::uint32_t weight = 0;
  std::uint64_t active = 0;
  std::uint64_t inactive = 0;
  friend bool operator==(const RecordedRow&, const RecordedRow&) = default;
};
using RecordedTable = std::map<ServerNumber, RecordedRow>;

// "TCP ESTABLISHED 10.0.1.1:2000 10.0.0.100:80" and "10.0.0.101:80"
struct RecordedConnection {
  std::string flow;
  std::string server;
  friend auto operator<=>(const RecordedConnection&, const RecordedConnection&) = default;
};

using RecordedWait = std::chrono::seconds;

struct RecordedEvent {
  std::string text;  // as it stands in the file
  std::variant<RecordedPacket, RecordedChange, RecordedTable, RecordedWait> what;
};

struct Recording {
  config::Unknown unknown = config::Unknown::reset;
  config::OnRemoved on_removed = config::OnRemoved::drop;
  config::ConnReuse conn_reuse = config::ConnReuse::closed;
  bool expire_quiescent = false;
  bool schedule_icmp = false;
  std::vector<RecordedService> services;
  std::vector<RecordedEvent> events;
  std::optional<std::multiset<RecordedConnection>> connections;  // after the last event
};

inline const Ipv4Address recorded_vip(0x0a000064);  // 10.0.0.100

// Throws std::exception when the file is no recording or says what is not known here.
Recording read_recording(const std::filesystem::path& file);

}  // namespace drover::test
