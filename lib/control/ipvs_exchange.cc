// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/ipvs_exchange.h"

#include <algorithm>
#include <utility>

#include "lib/net/wire.h"

namespace drover::control {

// Of TCP: ESTABLISHED, FIN_WAIT, TIME_WAIT, CLOSE, CLOSE_WAIT.
bool is_told_by_ipvs(const failover::SyncedConnection& connection) {
  // A template for several ports of a service has no like there.
  if (connection.is_template) return connection.firewall_mark == 0;
  if (connection.protocol != ip_protocol::tcp) return true;
  constexpr unsigned told = 1U << 1 | 1U << 4 | 1U << 5 | 1U << 6 | 1U << 7;
  return (told >> connection.state & 1U) != 0;
}

IpvsExchange::IpvsExchange(const config::IpvsSync& settings, const SyncDirectory& directory,
                           Actions actions)
    : settings_(settings),
      directory_(directory),
      actions_(std::move(actions)),
      writer_(settings.sync_id, longest_message) {}

void IpvsExchange::tell(const datapath::FlowRecord& record, TimePoint now) {
  if (record.of_table) return;
  auto connection = directory_.describe(record);
  if (!connection || !is_told_by_ipvs(*connection)) return;
  connection->tentative = false;
  // The group is of one family, but the entries of a message may be of both.
  if (!writer_.add(*connection)) {
    flush();
    writer_.add(*connection);
  }
  ++counts_.entries_sent;
  if (!due_) due_ = now + send_delay;
}

void IpvsExchange::tick(TimePoint now) {
  if (due_ && now >= *due_) flush();
}

void IpvsExchange::flush() {
  due_.reset();
  if (writer_.empty()) return;
  const std::vector<std::uint8_t> message = writer_.finish();
  if (!settings_.unicast) {
    ++counts_.datagrams_sent;
    actions_.send(settings_.group, message);
    return;
  }
  for (const IpAddress& peer : settings_.peers) {
    ++counts_.datagrams_sent;
    actions_.send(peer, message);
  }
}

void IpvsExchange::hear(const IpAddress& from, std::span<const std::uint8_t> message) {
  if (std::ranges::find(settings_.peers, from) == settings_.peers.end()) {
    ++unknown_senders_;
    return;
  }
  ++counts_.datagrams_received;
  const auto fault = failover::read_sync_message(
      message, settings_.sync_id, [&](const failover::SyncedConnection& connection) {
        auto record = directory_.resolve(connection);
        if (!record) {
          ++counts_.dropped[name(record.error())];
          return;
        }
        // IPVS has no such mark, and tells of a connection once it has carried a few packets.
        record->tentative = connection.is_template && connection.state == 0;
        ++counts_.entries_received;
        actions_.receive(*record);
      });
  if (fault) ++counts_.dropped[failover::name(*fault)];
}

}  // namespace drover::control
