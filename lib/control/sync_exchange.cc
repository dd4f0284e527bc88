// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_exchange.h"

#include <algorithm>
#include <utility>

#include "lib/failover/sync_datagram.h"

namespace drover::control {
namespace {

using datapath::FlowRecord;
using failover::SyncKind;

// A request that was under way while the table's end was.
constexpr std::chrono::milliseconds request_echo{500};
// So long a table may take to come once its peer has been heard.
constexpr std::chrono::seconds longest_transfer{60};
// Two balancers whose files are changed one after the other differ for a moment.
constexpr unsigned hellos_to_differ = 5;

}  // namespace

SyncExchange::SyncExchange(SyncSettings settings, const SyncDirectory& directory,
                           SyncActions actions, TimePoint now)
    : settings_(std::move(settings)),
      directory_(directory),
      actions_(std::move(actions)),
      started_(now),
      streams_(std::make_shared<RecordStreams>(settings_.workers, settings_.peers.size())) {
  for (const IpAddress& peer : settings_.peers) peers_.emplace_back(peer, settings_.boot, now);
}

void SyncExchange::tell(const FlowRecord& record, TimePoint now) {
  if (record.kind == FlowRecord::Kind::table_end) {
    if (workers_left_ > 0 && --workers_left_ == 0) end_table(now);
    return;
  }
  const auto connection = directory_.describe(record);
  if (!connection) return;
  if (record.sent) return;
  for (Peer& peer : peers_)
    if (record.of_table ? peer.gets_table : peer.was_alive && peer.session.established())
      add(peer, *connection);
}

void SyncExchange::add(Peer& peer, const failover::SyncedConnection& connection) {
  if (!peer.writer.add(connection)) {
    send_gathered(peer);
    peer.writer.add(connection);
  }
  ++peer.counts.entries_sent;
}

void SyncExchange::send_gathered(Peer& peer) {
  if (!peer.writer.empty())
    send(peer, peer.gets_table ? SyncKind::table : SyncKind::changes, peer.writer.finish());
}

void SyncExchange::send(Peer& peer, SyncKind kind, std::span<const std::uint8_t> body) {
  ++peer.counts.datagrams_sent;
  const failover::SyncHeader header = peer.session.next(kind, directory_.hash());
  actions_.send(peer.address, failover::seal(header, body, settings_.key));
}

void SyncExchange::send_hello(Peer& peer) {
  const auto number = static_cast<std::size_t>(&peer - peers_.data());
  send(peer, SyncKind::hello, failover::write_streams(streams_->sequences(number)));
}

void SyncExchange::flush() {
  for (Peer& peer : peers_) send_gathered(peer);
}

void SyncExchange::end_table(TimePoint now) {
  for (Peer& peer : peers_) {
    if (!peer.gets_table) continue;
    send_gathered(peer);
    send(peer, SyncKind::table_end, {});
    peer.gets_table = false;
    peer.table_sent = now;
  }
}

// For all that want it by now; who comes later gets the next.
void SyncExchange::begin_table() {
  if (workers_left_ > 0) return;
  bool any = false;
  for (Peer& peer : peers_) {
    if (!peer.wants_table || !peer.was_alive || !peer.session.established()) continue;
    send_gathered(peer);
    peer.wants_table = false;
    peer.gets_table = true;
    any = true;
  }
  if (!any) return;
  workers_left_ = settings_.workers;
  actions_.order_table();
}

void SyncExchange::hear(const IpAddress& from, std::span<const std::uint8_t> datagram,
                        TimePoint now) {
  const auto peer = std::ranges::find(peers_, from, &Peer::address);
  if (peer == peers_.end()) {
    ++unknown_senders_;
    return;
  }
  const auto opened = failover::unseal(datagram, settings_.key);
  if (!opened) {
    ++peer->counts.dropped[failover::name(opened.error())];
    return;
  }
  std::optional<std::vector<std::uint64_t>> streams;
  if (opened->header.kind == SyncKind::hello) {
    streams = failover::read_streams(opened->body);
    if (!streams) {
      ++peer->counts.dropped[failover::name(failover::SealFault::malformed)];
      return;
    }
  }
  const bool listened = listens(*peer, now);
  const auto heard =
      peer->session.hear(opened->header, now, streams.value_or(std::vector<std::uint64_t>()));
  if (heard.fault != failover::SessionFault::none) {
    ++peer->counts.dropped[failover::name(heard.fault)];
    return;
  }
  ++peer->counts.datagrams_received;
  notice(*peer, heard, now);
  if (heard.is_new || listens(*peer, now) != listened) actions_.peers_changed();
  if (opened->header.kind == SyncKind::changes || opened->header.kind == SyncKind::table)
    take(*peer, opened->body);
  if (opened->header.kind == SyncKind::hello) compare_services(*peer);
  begin_table();
}

void SyncExchange::notice(Peer& peer, const failover::SyncSession::Heard& heard, TimePoint now) {
  const bool alive = peer.session.alive(now);
  const bool is_back = alive && !peer.was_alive;
  if (heard.is_new) peer.gets_table = false;
  if (is_back || heard.is_new) {
    actions_.event(log::Level::info, peer.address, heard.is_new ? "is there" : "is heard again");
    // Nothing was told while it was away.
    peer.wants_table = true;
  }
  peer.was_alive = alive;
  if (heard.answer) send_hello(peer);
  const bool echo = peer.table_sent && now - *peer.table_sent < request_echo;
  if (heard.send_table && !peer.gets_table && !echo) peer.wants_table = true;
  if (heard.complete) actions_.event(log::Level::info, peer.address, "its whole table is here");
}

void SyncExchange::take(Peer& peer, std::span<const std::uint8_t> body) {
  const auto fault =
      failover::read_sync_message(body, 0, [&](const failover::SyncedConnection& connection) {
        const auto record = directory_.resolve(connection);
        if (!record) {
          ++peer.counts.dropped[name(record.error())];
          return;
        }
        ++peer.counts.entries_received;
        actions_.receive(*record);
      });
  if (fault) ++peer.counts.dropped[failover::name(*fault)];
}

void SyncExchange::compare_services(Peer& peer) {
  if (peer.session.peer_services() == directory_.hash()) {
    if (peer.other_services >= hellos_to_differ)
      actions_.event(log::Level::info, peer.address, "has the same services again");
    peer.other_services = 0;
  } else if (++peer.other_services == hellos_to_differ) {
    actions_.event(log::Level::warning, peer.address,
                   "has other services, servers or weights than this balancer");
  }
}

void SyncExchange::ask_again() {
  for (Peer& peer : peers_) peer.session.ask_again();
}

void SyncExchange::tick(TimePoint now) {
  bool changed = false;
  for (Peer& peer : peers_) {
    if (peer.was_alive && !peer.session.alive(now)) {
      peer.was_alive = false;
      changed = true;
      actions_.event(log::Level::warning, peer.address, "is not heard any more");
    }
    if (peer.session.hello_due(now)) send_hello(peer);
  }
  if (changed) actions_.peers_changed();
  begin_table();
}

SyncExchange::TimePoint SyncExchange::next() const {
  TimePoint next = TimePoint::max();
  for (const Peer& peer : peers_) next = std::min(next, peer.session.next_hello());
  return next;
}

bool SyncExchange::listens(const Peer& peer, TimePoint now) {
  return peer.session.established() && peer.session.alive(now);
}

RecordSeal SyncExchange::record_seal(TimePoint now) const {
  RecordSeal seal{.listeners = {}, .services = directory_.hash(), .names = directory_.names()};
  for (std::size_t i = 0; i < peers_.size(); ++i)
    if (listens(peers_[i], now))
      seal.listeners.push_back({.peer = i, .boot = peers_[i].session.peer_boot()});
  return seal;
}

std::optional<RecordOrder> SyncExchange::record_order(const RecordSeal& seal) const {
  if (seal.listeners.empty()) return std::nullopt;
  RecordOrder order{
      .peers = {},
      .sealer = std::make_shared<RecordSealer>(seal, settings_.boot, settings_.key, streams_),
      .control_wants_them = settings_.has_ipvs};
  for (const RecordSeal::Listener& listener : seal.listeners)
    order.peers.push_back(
        {settings_.peers[listener.peer], settings_.own[listener.peer], settings_.port});
  return order;
}

bool SyncExchange::has_listener(TimePoint now) const {
  return std::ranges::any_of(peers_, [now](const Peer& peer) { return listens(peer, now); });
}

bool SyncExchange::is_ready(TimePoint now) {
  if (ready_) return true;
  const auto lacks = [](const Peer& peer) { return !peer.session.complete(); };
  const auto is_coming = [now](const Peer& peer) {
    return !peer.session.complete() && peer.session.alive(now);
  };
  const auto waited = now - started_;
  ready_ = std::ranges::none_of(peers_, lacks) || waited >= longest_transfer ||
           (waited >= settings_.wait && std::ranges::none_of(peers_, is_coming));
  return ready_;
}

}  // namespace drover::control
