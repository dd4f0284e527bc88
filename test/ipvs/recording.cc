// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/recording.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "lib/net/wire.h"

namespace drover::test {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& what) {
  throw std::runtime_error(what);
}

// A key that nobody here reads would be passed over in silence.
void check_keys(const Json& object, std::initializer_list<std::string_view> known) {
  if (!object.is_object()) refuse("not a map: " + object.dump());
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(known, key) == known.end())
      refuse("the key \"" + key + "\" is not known in " + object.dump());
}

template <class T>
T value_or(const Json& object, const char* key, T otherwise) {
  return object.contains(key) ? object.at(key).get<T>() : otherwise;
}

Ipv4Address address(const std::string& text) {
  const auto parsed = Ipv4Address::parse(text);
  if (!parsed) refuse("no address: " + text);
  return *parsed;
}

RecordedServer read_server(const Json& server, const char* id) {
  return {.id = server.at(id).get<ServerNumber>(),
          .weight = value_or<std::uint32_t>(server, "weight", 1),
          .upper = value_or<std::uint32_t>(server, "upper", 0),
          .lower = value_or<std::uint32_t>(server, "lower", 0)};
}

// As a list, or as ipvsadm has them: "sh-port,sh-fallback", and "flag-1" to "flag-3" for any
// scheduler, which are no more than a note to those that have none.
std::vector<config::SchedulerFlag> read_flags(const Json& service, const std::string& scheduler) {
  std::vector<std::string> given;
  if (service.contains("flags") && service.at("flags").is_string()) {
    std::istringstream words(service.at("flags").get<std::string>());
    for (std::string flag; std::getline(words, flag, ',');) given.push_back(flag);
  } else {
    given = value_or(service, "flags", given);
  }
  const bool has_flags = scheduler == "sh" || scheduler == "mh";
  std::vector<config::SchedulerFlag> flags;
  for (const std::string& flag : given) {
    const bool any = flag == "flag-1" || flag == "flag-2" || flag == "flag-3";
    if (flag == scheduler + "-fallback" || (has_flags && flag == "flag-1"))
      flags.push_back(config::SchedulerFlag::fallback);
    else if (flag == scheduler + "-port" || (has_flags && flag == "flag-2"))
      flags.push_back(config::SchedulerFlag::port);
    else if (!any)
      refuse("the flag " + flag + " is not known");
  }
  return flags;
}

std::optional<config::Protocol> read_protocol(const Json& object) {
  if (!object.contains("protocol")) return std::nullopt;
  const auto name = object.at("protocol").get<std::string>();
  if (name == "udp") return config::Protocol::udp;
  if (name != "tcp") refuse("the protocol " + name + " is not known");
  return config::Protocol::tcp;
}

RecordedService read_service(const Json& service) {
  check_keys(service,
             {"scheduler", "flags", "protocol", "port", "persistent", "netmask", "ops", "servers"});
  RecordedService read;
  read.scheduler = value_or(service, "scheduler", read.scheduler);
  read.flags = read_flags(service, read.scheduler);
  read.protocol = read_protocol(service).value_or(read.protocol);
  read.port = value_or(service, "port", read.port);
  if (service.contains("persistent"))
    read.persistent = std::chrono::seconds(service.at("persistent").get<unsigned>());
  if (service.contains("netmask"))
    read.mask = static_cast<std::uint8_t>(
        std::popcount(address(service.at("netmask").get<std::string>()).value()));
  // For UDP alone, as IPVS has it.
  read.one_packet = value_or(service, "ops", false) && read.protocol == config::Protocol::udp;
  for (const Json& server : service.at("servers")) {
    check_keys(server, {"id", "weight", "upper", "lower"});
    read.servers.push_back(read_server(server, "id"));
  }
  return read;
}

// What a server sends from this port, as far as the services tell.
config::Protocol protocol_at(std::uint16_t port, const std::vector<RecordedService>& services) {
  const auto serves = [&](const RecordedService& service, config::Protocol protocol) {
    return service.protocol == protocol && (service.port == port || service.port == 0);
  };
  const auto any = [&](config::Protocol protocol) {
    return std::ranges::any_of(
        services, [&](const RecordedService& service) { return serves(service, protocol); });
  };
  return any(config::Protocol::udp) && !any(config::Protocol::tcp) ? config::Protocol::udp
                                                                   : config::Protocol::tcp;
}

std::uint16_t default_port(const std::vector<RecordedService>& services) {
  return services.front().port != 0 ? services.front().port : RecordedService().port;
}

RecordedPacket read_packet(const Json& event, const std::vector<RecordedService>& services) {
  check_keys(event, {"packet", "protocol", "src", "sport", "dst", "dport", "to"});
  using Kind = RecordedPacket::Kind;
  static const std::map<std::string, std::uint8_t> tcp = {{"S", TcpHeader::syn},
                                                          {"A", TcpHeader::ack},
                                                          {"P", TcpHeader::psh | TcpHeader::ack},
                                                          {"F", TcpHeader::fin | TcpHeader::ack},
                                                          {"R", TcpHeader::rst},
                                                          {"SA", TcpHeader::syn | TcpHeader::ack}};
  static const std::map<std::string, Kind> others = {
      {"U", Kind::udp}, {"PING", Kind::ping}, {"ICMP", Kind::icmp}};
  const auto name = event.at("packet").get<std::string>();
  RecordedPacket packet;
  if (const auto flags = tcp.find(name); flags != tcp.end())
    packet.flags = flags->second;
  else if (const auto kind = others.find(name); kind != others.end())
    packet.kind = kind->second;
  else
    refuse("the packet " + name + " is not known");
  packet.payload = name == "P" || name == "U" ? 8 : 0;
  packet.source = address(event.at("src").get<std::string>());
  if (packet.kind != Kind::ping) packet.source_port = event.at("sport").get<std::uint16_t>();
  packet.destination =
      event.contains("dst") ? address(event.at("dst").get<std::string>()) : recorded_vip;
  packet.destination_port = value_or(event, "dport", default_port(services));
  packet.quoted = read_protocol(event).value_or(protocol_at(packet.destination_port, services));
  if (!event.at("to").is_null()) packet.to = event.at("to").get<ServerNumber>();
  return packet;
}

RecordedTable read_table(const Json& table) {
  RecordedTable rows;
  for (const auto& [id, row] : table.items()) {
    check_keys(row, {"weight", "active", "inactive"});
    rows[static_cast<ServerNumber>(std::stoul(id))] = {row.at("weight").get<std::uint32_t>(),
                                                       row.at("active").get<std::uint64_t>(),
                                                       row.at("inactive").get<std::uint64_t>()};
  }
  return rows;
}

RecordedEvent read_event(const Json& event, const std::vector<RecordedService>& services) {
  using Kind = RecordedChange::Kind;
  if (event.contains("packet")) return {event.dump(), read_packet(event, services)};
  if (event.contains("wait")) {
    check_keys(event, {"wait"});
    return {event.dump(), RecordedWait(event.at("wait").get<unsigned>())};
  }
  if (event.contains("table")) {
    check_keys(event, {"table"});
    return {event.dump(), read_table(event.at("table"))};
  }
  check_keys(event, {"id", "add", "remove", "weight", "upper", "lower"});
  const auto change = [&](Kind kind, const char* id) {
    const bool has_thresholds = event.contains("upper") || event.contains("lower");
    return RecordedEvent{event.dump(),
                         RecordedChange{kind, read_server(event, id), has_thresholds}};
  };
  if (event.contains("add")) return change(Kind::add, "add");
  if (event.contains("remove")) return change(Kind::remove, "remove");
  event.at("weight");
  return change(Kind::weight, "id");
}

// What changes nothing for direct routing of these packets. (The defences with 1 and 2 wait for
// memory to run short; with 3 they stand from the start, and are none of drover's.)
constexpr std::string_view idle_settings[] = {
    "am_droprate",         "amemthresh",        "backup_only",     "cache_bypass",
    "conntrack",           "ignore_tunneled",   "lblc_expiration", "lblcr_expiration",
    "nat_icmp_send",       "pmtu_disc",         "run_estimation",  "sloppy_sctp",
    "snat_reroute",        "sync_persist_mode", "sync_ports",      "sync_qlen_max",
    "sync_refresh_period", "sync_retries",      "sync_sock_size",  "sync_threshold",
    "sync_version"};

void read_setting(Recording& recording, const std::string& key, int value) {
  const auto is = [&](std::string_view name, int least, int most) {
    return key == name && value >= least && value <= most;
  };
  if (is("sloppy_tcp", 0, 1))
    recording.unknown = value == 1 ? config::Unknown::schedule : config::Unknown::reset;
  else if (is("expire_nodest_conn", 0, 1))
    recording.on_removed = value == 1 ? config::OnRemoved::reschedule : config::OnRemoved::drop;
  else if (key == "conn_reuse_mode")
    recording.conn_reuse = value == 0         ? config::ConnReuse::never
                           : (value & 2) != 0 ? config::ConnReuse::finished
                                              : config::ConnReuse::closed;
  else if (is("expire_quiescent_template", 0, 1))
    recording.expire_quiescent = value == 1;
  else if (is("schedule_icmp", 0, 1))
    recording.schedule_icmp = value == 1;
  else if (is("secure_tcp", 3, 3))
    refuse("secure_tcp = 3: drover has no other TCP states for the case of an attack");
  else if (is("drop_entry", 3, 3))
    refuse("drop_entry = 3 ends connections by lot, so nobody can do the same");
  else if (is("drop_packet", 3, 3))
    refuse("drop_packet = 3: drover has no fixed share of connections that it turns away");
  else if (!(is("drop_entry", 0, 2) || is("drop_packet", 0, 2) || is("secure_tcp", 0, 2) ||
             std::ranges::count(idle_settings, key) > 0))
    refuse("the sysctl " + key + " = " + std::to_string(value) + " is not known");
}

// All but the time that it has left, which depends on how fast the recording was made.
RecordedConnection read_connection(const Json& row) {
  check_keys(row, {"protocol", "expires", "state", "client", "virtual", "server"});
  std::string flow;
  for (const char* column : {"protocol", "state", "client", "virtual"})
    flow += (flow.empty() ? "" : " ") + row.at(column).get<std::string>();
  return {flow, row.at("server").get<std::string>()};
}

}  // namespace

Recording read_recording(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) refuse("it cannot be read");
  const Json json = Json::parse(stream);
  check_keys(json, {"name", "sysctl", "services", "events", "connections_at_end"});
  Recording recording;
  if (json.contains("sysctl"))
    for (const auto& [key, value] : json.at("sysctl").items())
      read_setting(recording, key, value.is_number() ? value.get<int>() : 0);
  for (const Json& service : json.at("services"))
    recording.services.push_back(read_service(service));
  if (recording.services.empty()) refuse("there is no service");
  for (const Json& event : json.at("events"))
    recording.events.push_back(read_event(event, recording.services));
  if (json.contains("connections_at_end")) {
    recording.connections.emplace();
    // IPVS keeps templates that have become void under the port 65535 until they expire.
    for (const Json& row : json.at("connections_at_end"))
      if (!row.at("virtual").get<std::string>().ends_with(":65535"))
        recording.connections->insert(read_connection(row));
  }
  return recording;
}

}  // namespace drover::test
