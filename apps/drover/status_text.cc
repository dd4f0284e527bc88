// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/status_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/drover/numbers.h"
#include "apps/drover/wrap.h"

namespace drover::client {
namespace {

std::string plural(std::uint64_t count, const std::string& noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string head(const api::Status& status) {
  const std::string node = status.node.empty() ? "" : " on " + status.node;
  return fmt::format(
      "droverd {}{}, up {}, snapshot {}, memory {}", status.version, node,
      duration(status.uptime_seconds), status.generation,
      status.memory.hugepages ? "on hugepages" : "on ordinary pages (hugepages are faster)");
}

std::string link(const api::Link& link) {
  if (!link.up) return "link DOWN";
  if (link.speed_mbps == 0) return "link up";
  if (link.speed_mbps % 1000 == 0) return fmt::format("link up, {} Gbit/s", link.speed_mbps / 1000);
  return fmt::format("link up, {} Mbit/s", link.speed_mbps);
}

std::string port(const api::Port& port) {
  const std::string use = fmt::format("{} {}, {}, {}", port.driver, port.device, link(port.link),
                                      plural(port.queues, "queue"));
  std::string facts = fmt::format("MTU {}", port.mtu);
  if (port.mac) facts = "MAC " + to_string(*port.mac) + ", " + facts;
  if (!port.kernel_interface.empty() && port.kernel_interface != port.device)
    facts += ", kernel interface " + port.kernel_interface;
  std::string counts = fmt::format(
      "frames: received {}, sent {}, missed {}, errors {}, no buffer {}", grouped(port.received),
      grouped(port.sent), grouped(port.missed), grouped(port.errors), grouped(port.no_mbuf));
  if (port.host_dropped > 0)
    counts += fmt::format(", lost to or from the host {}", grouped(port.host_dropped));
  return wrap("  " + port.name + ": ", use) + wrap("    ", facts) + wrap("    ", counts);
}

std::string worker(const api::Worker& worker) {
  return fmt::format("{:>8} {:>7} {:>6} {:>7.1f} % {:>19} {:>19}\n", worker.id, worker.lcore,
                     worker.core, 100 * worker.busy_ratio, grouped(worker.bursts),
                     grouped(worker.sleeps));
}

std::string counters(const api::Counters& counters) {
  std::string text;
  for (const api::Counter& counter : counters)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counter.name, grouped(counter.count));
  return text;
}

std::string table(const api::Table& table, const std::string& pages) {
  const double share = table.capacity == 0 ? 0
                                           : 100 * static_cast<double>(table.entries) /
                                                 static_cast<double>(table.capacity);
  const std::string on = pages.empty() ? "" : ", on " + pages;
  const std::string evicted =
      table.evicted.empty() ? "" : fmt::format("evicted: {}; ", counters(table.evicted));
  const std::string stops =
      table.insert_stops == 0 ? ""
                              : "; bursts in which inserts stopped: " + grouped(table.insert_stops);
  return wrap("  ", fmt::format("{} of {} entries in use ({:.1f} %){}", grouped(table.entries),
                                grouped(table.capacity), share, on)) +
         wrap("  ", evicted + "packets without room: " + grouped(table.unplaced) + stops);
}

std::string verdicts(const api::Counters& verdicts) {
  std::string text;
  std::size_t silent = 0;
  std::size_t widest = 0;
  for (const api::Counter& verdict : verdicts)
    if (verdict.count > 0) widest = std::max(widest, verdict.name.size());
  for (const api::Counter& verdict : verdicts) {
    if (verdict.count > 0)
      text += fmt::format("  {:<{}} {:>26}\n", verdict.name, widest, grouped(verdict.count));
    else
      ++silent;
  }
  if (silent > 0)
    text += fmt::format("  {} 0 (drover status --json names them)\n",
                        silent == verdicts.size() ? "all" : plural(silent, "other"));
  return text;
}

std::string server(const api::ServerMac& server) {
  const std::string mac = server.mac ? to_string(*server.mac) : "-";
  return fmt::format("  {:<39} {:<17} {}\n", to_string(server.address), mac,
                     to_string(server.mac_source));
}

// Nothing when what runs is the file.
std::vector<std::string> configuration(const api::Configuration& configuration) {
  std::vector<std::string> lines;
  if (!configuration.errors.empty()) {
    lines.emplace_back("the last reload was refused, and what ran goes on:");
    lines.insert(lines.end(), configuration.errors.begin(), configuration.errors.end());
  }
  if (configuration.changes > 0)
    lines.push_back(fmt::format("changed at run time: {} (drover diff shows what)",
                                grouped(configuration.changes)));
  if (!configuration.needs_restart.empty())
    lines.push_back(
        fmt::format("waiting for a restart: {}", fmt::join(configuration.needs_restart, ", ")));
  return lines;
}

std::string conflict(const api::AddressConflict& conflict) {
  const std::string who =
      conflict.server ? "the real server " + to_string(*conflict.server) : "another machine";
  return fmt::format("  {} is claimed by {} at {}, {:.0f} s ago\n", to_string(conflict.vip), who,
                     to_string(conflict.mac), conflict.seconds_ago);
}

std::string peer(const api::HeartbeatPeer& peer) {
  return wrap("      ",
              fmt::format("{} on {}: priority {}, heard {:.1f} s ago", to_string(peer.address),
                          peer.port, peer.priority, peer.heard_seconds_ago));
}

std::string instance(const api::VrrpInstance& instance) {
  std::vector<std::string> vips;
  for (const IpAddress& vip : instance.vips) vips.push_back(to_string(vip));
  std::string text =
      wrap("  ", fmt::format("{} ({}): {} for {}: {}; priority {}, {} since the start", instance.id,
                             instance.family, instance.role, duration(instance.role_seconds),
                             instance.reason, instance.priority,
                             plural(instance.transitions, "transition")));
  if (!instance.fault.empty()) text += wrap("    ", "may not be master: " + instance.fault);
  text += wrap("    ", fmt::format("VIPs {}", fmt::join(vips, ", ")));
  std::string counts =
      fmt::format("advertisements: sent {}, heard {}; announcements {}", grouped(instance.sent),
                  grouped(instance.heard), grouped(instance.announcements));
  if (instance.unresolved > 0)
    counts += fmt::format("; not sent to an unknown MAC address {}", grouped(instance.unresolved));
  if (instance.second_masters > 0)
    counts += fmt::format("; of a second master {}", grouped(instance.second_masters));
  if (!instance.discarded.empty())
    counts += fmt::format("; discarded: {}", counters(instance.discarded));
  text += wrap("    ", counts);
  if (instance.peers.empty()) text += "    no other balancer has been heard\n";
  for (const api::HeartbeatPeer& each : instance.peers) text += peer(each);
  return text;
}

std::string failover(const api::Failover& failover) {
  std::string text = "\nFailover (VRRP)\n";
  for (const api::VrrpInstance& each : failover.instances) text += instance(each);
  if (!failover.real_time)
    text += wrap("  ",
                 "heartbeats have no real-time priority (SCHED_FIFO is not permitted): on a "
                 "loaded machine short intervals can be missed");
  if (!failover.held_back.empty()) text += wrap("  ", "preempts nobody yet: " + failover.held_back);
  return text;
}

template <class List, class Text>
std::string section(const std::string& title, const List& list, Text text) {
  if (list.empty()) return {};
  std::string out = "\n" + title + "\n";
  for (const auto& element : list) out += text(element);
  return out;
}

std::string sync_peer(const api::SyncPeer& peer) {
  std::string state = peer.alive ? "alive" : "NOT HEARD";
  if (peer.seconds_ago) state += fmt::format(" (last heard {:.1f} s ago)", *peer.seconds_ago);
  if (!peer.complete) state += ", its table is not here yet";
  if (peer.gets_table) state += ", gets the whole table";
  if (!peer.same_services) state += ", has OTHER services, servers or weights";
  std::string counts =
      fmt::format("entries: sent {}, received {}; datagrams lost {}", grouped(peer.entries_sent),
                  grouped(peer.entries_received), grouped(peer.datagrams_lost));
  if (!peer.dropped.empty()) counts += "; dropped: " + counters(peer.dropped);
  return wrap("  " + to_string(peer.address) + ": ", state) + wrap("    ", counts);
}

std::string sync(const api::Sync& sync) {
  std::string text =
      wrap("  ", fmt::format("{}; told {}, waiting {}, left out in a flood {}, lost {}, late {}",
                             sync.ready ? "ready" : "not ready: waits for a table",
                             grouped(sync.told), grouped(sync.waiting), grouped(sync.shed),
                             grouped(sync.lost), grouped(sync.late)));
  text += wrap("  ", fmt::format("taken {}, known better {}, without room {}, from strangers {}",
                                 grouped(sync.received), grouped(sync.known_better),
                                 grouped(sync.without_room), grouped(sync.unknown_senders)));
  for (const api::SyncPeer& peer : sync.peers) text += sync_peer(peer);
  if (sync.ipvs) {
    const std::string dropped =
        sync.ipvs->dropped.empty() ? "" : "; dropped: " + counters(sync.ipvs->dropped);
    text += wrap("  IPVS: ",
                 fmt::format("entries: sent {}, received {}; messages: sent {}, received {}{}",
                             grouped(sync.ipvs->entries_sent), grouped(sync.ipvs->entries_received),
                             grouped(sync.ipvs->messages_sent),
                             grouped(sync.ipvs->messages_received), dropped));
  }
  return text;
}

}  // namespace

std::string status_text(const api::Status& status) {
  std::string text = wrap("", head(status));
  text += section("Ports", status.ports, port);
  text += section("Workers   lcore   core      busy              bursts              sleeps",
                  status.workers, worker);
  text += "\nConnection table\n" + table(status.table, status.memory.table_pages);
  if (!status.verdicts.empty()) text += "\nVerdicts (packets)\n" + verdicts(status.verdicts);
  text += section("Real servers                              MAC address       known from",
                  status.servers, server);
  if (status.failover) text += failover(*status.failover);
  text += section("Configuration: not as in the file", configuration(status.configuration),
                  [](const std::string& line) { return wrap("  ", line); });
  if (status.sync) text += "\nConnection synchronisation\n" + sync(*status.sync);
  text += section("Address conflicts", status.address_conflicts, conflict);
  text +=
      section("Notes", status.notes, [](const std::string& note) { return wrap("  - ", note); });
  return text;
}

}  // namespace drover::client
