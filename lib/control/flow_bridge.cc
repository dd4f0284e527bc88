// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/flow_bridge.h"

#include <algorithm>

namespace drover::control {

void FlowBridge::order_table() {
  ordered_late_.assign(workers_.size(), true);
  order_rest();
}

void FlowBridge::order_rest() {
  datapath::FlowRecord order;
  order.kind = datapath::FlowRecord::Kind::tell_table;
  for (std::size_t i = 0; i < workers_.size(); ++i)
    if (ordered_late_[i]) ordered_late_[i] = !workers_[i]->received_flows.push(order);
}

bool FlowBridge::has_room(std::size_t records) const {
  return std::ranges::all_of(workers_, [&](const datapath::Crossing* worker) {
    return worker->received_flows.room() >= records;
  });
}

void FlowBridge::try_owner(const datapath::FlowRecord& record, std::size_t worker) {
  // A part of the table may have been delivered there.
  if (workers_.size() == 1 || record.of_table ||
      record.kind != datapath::FlowRecord::Kind::connection || !trial_.is_due())
    return;
  if (const auto owner = owner_(record)) trial_.saw(owner->value() == worker);
}

void FlowBridge::deliver(const datapath::FlowRecord& record) {
  // A template is taken by whichever worker owns it.
  const bool is_connection = record.kind == datapath::FlowRecord::Kind::connection;
  if (workers_.size() == 1) {
    workers_.front()->received_flows.push(record);
    return;
  }
  const bool is_known = is_connection && !trial_.is_refuted();
  if (const auto owner = is_known ? owner_(record) : std::nullopt) {
    workers_[owner->value()]->received_flows.push(record);
    return;
  }
  for (datapath::Crossing* worker : workers_) worker->received_flows.push(record);
}

}  // namespace drover::control
