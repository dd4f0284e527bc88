// SPDX-License-Identifier: BSD-3-Clause
// The JSON name of every field of the API's structs, once for writing and reading alike. Only
// api_model.cc needs it. `fields(visitor, value)` calls `visitor(name, field)` for each.
#pragma once

#include <type_traits>

#include "lib/control/api_model.h"

namespace drover::api {

// What a writing visitor sees is const.
template <class Visitor, class T>
using Seen = std::conditional_t<Visitor::writes, const T, T>;

template <class V>
void fields(V& v, Seen<V, Totals>& totals) {
  v("connections", totals.connections);
  v("packets", totals.packets);
  v("bytes", totals.bytes);
}

template <class V>
void fields(V& v, Seen<V, Server>& server) {
  v("name", server.name);
  v("address", server.address);
  v("port", server.port);
  v("forward", server.forward);
  v("weight", server.weight);
  v("active", server.active);
  v("inactive", server.inactive);
  v("persistent", server.persistent);
  v("upper_threshold", server.upper_threshold);
  v("lower_threshold", server.lower_threshold);
  v("totals", server.totals);
  v("mac", server.mac);
  v("admin_state", server.admin_state);
  v("changed", server.changed);
  v("state", server.state);
  v("reason", server.reason);
  v("state_seconds", server.state_seconds);
  v("check_seconds", server.check_seconds);
}

template <class V>
void fields(V& v, Seen<V, Service>& service) {
  v("name", service.name);
  v("protocol", service.protocol);
  v("address", service.address);
  v("port", service.port);
  v("scheduler", service.scheduler);
  v("flags", service.flags);
  v("totals", service.totals);
  v("servers", service.servers);
}

template <class V>
void fields(V& v, Seen<V, Timeouts>& timeouts) {
  v("tcp_established_seconds", timeouts.tcp_established_seconds);
  v("tcp_fin_wait_seconds", timeouts.tcp_fin_wait_seconds);
  v("udp_seconds", timeouts.udp_seconds);
}

template <class V>
void fields(V& v, Seen<V, Services>& services) {
  v("version", services.version);
  v("uptime_seconds", services.uptime_seconds);
  v("capacity", services.capacity);
  v("timeouts", services.timeouts);
  v("services", services.services);
}

template <class V>
void fields(V& v, Seen<V, Connection>& connection) {
  v("protocol", connection.protocol);
  v("expires_seconds", connection.expires_seconds);
  v("state", connection.state);
  v("client", connection.client);
  v("virtual", connection.virtual_service);
  v("server", connection.server);
}

template <class V>
void fields(V& v, Seen<V, TracedEntry>& entry) {
  v("state", entry.state);
  v("expires_seconds", entry.expires_seconds);
  v("server", entry.server);
}

template <class V>
void fields(V& v, Seen<V, TracedStage>& stage) {
  v("stage", stage.stage);
  v("found", stage.found);
  v("entry", stage.entry);
  v("server", stage.server);
  v("verdict", stage.verdict);
}

template <class V>
void fields(V& v, Seen<V, TracedPacket>& packet) {
  v("time", packet.time);
  v("worker", packet.worker);
  v("port", packet.port);
  v("handed_over", packet.handed_over);
  v("packet", packet.packet);
  v("length", packet.length);
  v("verdict", packet.verdict);
  v("server", packet.server);
  v("at", packet.at);
  v("mac", packet.mac);
  v("unseen", packet.unseen);
  v("stages", packet.stages);
}

template <class V>
void fields(V& v, Seen<V, Link>& link) {
  v("up", link.up);
  v("speed_mbps", link.speed_mbps);
}

template <class V>
void fields(V& v, Seen<V, Port>& port) {
  v("name", port.name);
  v("driver", port.driver);
  v("device", port.device);
  v("kernel_interface", port.kernel_interface);
  v("mac", port.mac);
  v("mtu", port.mtu);
  v("link", port.link);
  v("queues", port.queues);
  v("received", port.received);
  v("sent", port.sent);
  v("missed", port.missed);
  v("errors", port.errors);
  v("no_mbuf", port.no_mbuf);
  v("host_dropped", port.host_dropped);
  v("numa_node", port.numa_node);
}

template <class V>
void fields(V& v, Seen<V, Worker>& worker) {
  v("id", worker.id);
  v("lcore", worker.lcore);
  v("core", worker.core);
  v("busy_ratio", worker.busy_ratio);
  v("bursts", worker.bursts);
  v("sleeps", worker.sleeps);
  v("numa_node", worker.numa_node);
}

template <class V>
void fields(V& v, Seen<V, Table>& table) {
  v("capacity", table.capacity);
  v("entries", table.entries);
  v("evicted", table.evicted);
  v("unplaced", table.unplaced);
  v("insert_stops", table.insert_stops);
}

template <class V>
void fields(V& v, Seen<V, Memory>& memory) {
  v("hugepages", memory.hugepages);
  v("table_pages", memory.table_pages);
}

template <class V>
void fields(V& v, Seen<V, ServerMac>& server) {
  v("address", server.address);
  v("mac", server.mac);
  v("mac_source", server.mac_source);
}

template <class V>
void fields(V& v, Seen<V, Difference>& difference) {
  v("path", difference.path);
  v("before", difference.before);
  v("after", difference.after);
}

template <class V>
void fields(V& v, Seen<V, Differences>& differences) {
  v("differences", differences.differences);
  v("needs_restart", differences.needs_restart);
  v("dropped", differences.dropped);
  v("warnings", differences.warnings);
}

template <class V>
void fields(V& v, Seen<V, Configuration>& configuration) {
  v("file", configuration.file);
  v("matches_file", configuration.matches_file);
  v("changes", configuration.changes);
  v("needs_restart", configuration.needs_restart);
  v("reloads_succeeded", configuration.reloads_succeeded);
  v("reloads_failed", configuration.reloads_failed);
  v("errors", configuration.errors);
}

template <class V>
void fields(V& v, Seen<V, AddressConflict>& conflict) {
  v("vip", conflict.vip);
  v("mac", conflict.mac);
  v("server", conflict.server);
  v("frames", conflict.frames);
  v("seconds_ago", conflict.seconds_ago);
}

template <class V>
void fields(V& v, Seen<V, HeartbeatPeer>& peer) {
  v("address", peer.address);
  v("port", peer.port);
  v("mac", peer.mac);
  v("priority", peer.priority);
  v("interval_seconds", peer.interval_seconds);
  v("heard_seconds_ago", peer.heard_seconds_ago);
  v("advertisements", peer.advertisements);
}

template <class V>
void fields(V& v, Seen<V, VrrpInstance>& instance) {
  v("id", instance.id);
  v("family", instance.family);
  v("version", instance.version);
  v("role", instance.role);
  v("reason", instance.reason);
  v("fault", instance.fault);
  v("role_seconds", instance.role_seconds);
  v("transitions", instance.transitions);
  v("priority", instance.priority);
  v("interval_seconds", instance.interval_seconds);
  v("virtual_mac", instance.virtual_mac);
  v("vips", instance.vips);
  v("heard_seconds_ago", instance.heard_seconds_ago);
  v("sent", instance.sent);
  v("heard", instance.heard);
  v("unresolved", instance.unresolved);
  v("announcements", instance.announcements);
  v("second_masters", instance.second_masters);
  v("discarded", instance.discarded);
  v("peers", instance.peers);
}

template <class V>
void fields(V& v, Seen<V, Failover>& failover) {
  v("real_time", failover.real_time);
  v("held_back", failover.held_back);
  v("stale", failover.stale);
  v("instances", failover.instances);
}

template <class V>
void fields(V& v, Seen<V, SyncPeer>& peer) {
  v("address", peer.address);
  v("alive", peer.alive);
  v("complete", peer.complete);
  v("gets_table", peer.gets_table);
  v("same_services", peer.same_services);
  v("seconds_ago", peer.seconds_ago);
  v("entries_sent", peer.entries_sent);
  v("entries_received", peer.entries_received);
  v("datagrams_lost", peer.datagrams_lost);
  v("dropped", peer.dropped);
}

template <class V>
void fields(V& v, Seen<V, SyncIpvs>& ipvs) {
  v("entries_sent", ipvs.entries_sent);
  v("entries_received", ipvs.entries_received);
  v("messages_sent", ipvs.messages_sent);
  v("messages_received", ipvs.messages_received);
  v("dropped", ipvs.dropped);
}

template <class V>
void fields(V& v, Seen<V, Sync>& sync) {
  v("ready", sync.ready);
  v("waiting", sync.waiting);
  v("told", sync.told);
  v("shed", sync.shed);
  v("lost", sync.lost);
  v("late", sync.late);
  v("received", sync.received);
  v("known_better", sync.known_better);
  v("without_room", sync.without_room);
  v("unknown_senders", sync.unknown_senders);
  v("peers", sync.peers);
  v("ipvs", sync.ipvs);
}

template <class V>
void fields(V& v, Seen<V, Status>& status) {
  v("version", status.version);
  v("node", status.node);
  v("uptime_seconds", status.uptime_seconds);
  v("generation", status.generation);
  v("memory", status.memory);
  v("ports", status.ports);
  v("workers", status.workers);
  v("table", status.table);
  v("verdicts", status.verdicts);
  v("servers", status.servers);
  v("configuration", status.configuration);
  v("address_conflicts", status.address_conflicts);
  v("failover", status.failover);
  v("sync", status.sync);
  v("notes", status.notes);
}

template <class V>
void fields(V& v, Seen<V, MidStream>& answer) {
  v("why", answer.why);
  v("server", answer.server);
}

template <class V>
void fields(V& v, Seen<V, Lookup>& lookup) {
  v("protocol", lookup.protocol);
  v("client", lookup.client);
  v("virtual", lookup.virtual_service);
  v("service", lookup.service);
  v("why", lookup.why);
  v("server", lookup.server);
  v("worker", lookup.worker);
  v("state", lookup.state);
  v("expires_seconds", lookup.expires_seconds);
  v("picks", lookup.picks);
  v("mid_stream", lookup.mid_stream);
}

template <class V>
void fields(V& v, Seen<V, Event>& event) {
  v("sequence", event.sequence);
  v("time", event.time);
  v("kind", event.kind);
  v("level", event.level);
  v("subject", event.subject);
  v("text", event.text);
}

template <class V>
void fields(V& v, Seen<V, Error>& error) {
  v("where", error.where);
  v("what", error.what);
  v("remedy", error.remedy);
}

}  // namespace drover::api
