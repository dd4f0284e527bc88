// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/flow_receiver.h"

#include <algorithm>

namespace drover::datapath {
namespace {

template <class Family>
typename Family::Key key_of(const FlowRecord& record) {
  typename Family::Key key;
  if constexpr (std::is_same_v<Family, V4>)
    key.client = record.client.v4();
  else
    key.client = record.client.v6();
  key.client_port = record.client_port;
  key.virtual_port = record.virtual_port;
  key.vip = record.vip;
  return key;
}

template <class Key>
void bind_to_template(flow::Connection<Key>& connection, WorkerState& state) {
  const Key key = connection.key();
  const Persistence* persistence = state.snapshot->find_persistence(key.vip, key.virtual_port);
  if (persistence == nullptr) return;
  const auto candidate = persistence->candidates.find(connection.destination().value());
  if (!candidate) return;
  state.templates.add_connection(persistence->key_of(key.client), persistence->names[*candidate],
                                 state.tick());
  connection.set_controlled(true);
}

template <class Family>
void enter(const FlowRecord& record, const typename Family::Key& key, std::uint64_t hash,
           WorkerState& state) {
  using Entry = typename Family::Table::Entry;
  ConnectionAccounting accounting = state.accounting();
  Entry* entry = state.table<Family>().insert(
      Entry::received(key, record.destination, record.state, state.tick() + record.left), hash,
      state.tick(), accounting);
  if (entry == nullptr) {
    state.counters.flows_without_room.add(1);
    return;
  }
  entry->set_adopted(record.tentative);
  accounting.received(record.destination, record.state);
  bind_to_template(*entry, state);
  state.counters.flows_received.add(1);
}

template <class Family>
void receive_connection(const FlowRecord& record, WorkerState& state) {
  auto& table = state.table<Family>();
  const typename Family::Key key = key_of<Family>(record);
  const std::uint64_t hash = table.hash(key);
  ConnectionAccounting accounting = state.accounting();
  auto* known = table.find(key, hash, state.tick(), accounting);
  if (known == nullptr) {
    enter<Family>(record, key, hash, state);
    return;
  }
  if (known->destination() == record.destination) {
    if (!known->is_received()) {
      state.counters.flows_known.add(1);
      return;
    }
    accounting.moved(record.destination, known->state(), record.state);
    known->renew(record.state, state.tick() + record.left);
    known->set_adopted(record.tentative);
    state.counters.flows_received.add(1);
    return;
  }
  // As with IPVS, what is over ends nothing that lives.
  const bool guessed = known->is_received() || known->adopted();
  if (!guessed || (record.state != flow::TcpState::udp && !flow::is_active(record.state))) {
    state.counters.flows_known.add(1);
    return;
  }
  accounting.left(*known);
  table.erase(known);
  enter<Family>(record, key, hash, state);
}

void receive_template(const FlowRecord& record, WorkerState& state) {
  const auto group = record.group.value();
  if (group >= state.snapshot->persistences.size()) return;
  const Persistence* persistence = state.snapshot->persistences[group].get();
  if (persistence == nullptr) return;
  const flow::TemplateKey key = persistence->key_of(record.client);
  if (state.templates.owner_of(key) != state.id) return;
  if (state.templates.receive(key, record.destination, !record.tentative, state.tick(),
                              record.left))
    state.counters.flows_received.add(1);
  else
    state.counters.flows_without_room.add(1);
}

}  // namespace

void receive_flow(const FlowRecord& record, WorkerState& state) {
  if (record.destination.value() >= state.snapshot->destinations.size()) return;
  if (record.kind == FlowRecord::Kind::client_template)
    receive_template(record, state);
  else if (record.client.is_v6())
    receive_connection<V6>(record, state);
  else
    receive_connection<V4>(record, state);
}

}  // namespace drover::datapath
