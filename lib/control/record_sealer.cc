// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/record_sealer.h"

#include "lib/datapath/snapshot.h"
#include "lib/failover/sync_datagram.h"
#include "lib/failover/sync_message.h"

namespace drover::control {

RecordSealer::Sealed RecordSealer::seal(WorkerId worker, std::size_t way,
                                        std::span<const datapath::FlowRecord> records,
                                        const datapath::Snapshot& snapshot,
                                        std::span<std::uint8_t> room) const {
  failover::SyncMessageBuilder message(
      0, room.subspan(failover::sync_header_length, room.size() - failover::sync_overhead));
  Sealed sealed;
  for (const datapath::FlowRecord& record : records) {
    const auto connection = seal_.names->describe(
        record, snapshot.destination_details[record.destination.value()].address);
    if (connection && !message.add(*connection)) break;
    ++sealed.records;
  }
  if (message.count() == 0) return sealed;
  const RecordSeal::Listener& listener = seal_.listeners[way];
  RecordStreams::Counts& counts = streams_->of(worker, listener.peer);
  counts.entries.add(message.count());
  counts.datagrams.add(1);
  sealed.length = failover::seal_in_place({.kind = failover::SyncKind::changes,
                                           .wants_table = false,
                                           .stream = static_cast<std::uint8_t>(worker.value() + 1),
                                           .boot = boot_,
                                           .echo = listener.boot,
                                           .sequence = counts.datagrams.value(),
                                           .services = seal_.services},
                                          room, message.finish(), key_);
  return sealed;
}

}  // namespace drover::control
