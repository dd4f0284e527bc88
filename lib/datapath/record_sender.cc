// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/record_sender.h"

#include <rte_mbuf.h>

#include <algorithm>
#include <span>

#include "lib/datapath/record_frame.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath {

// A frame that another worker has to send could be overtaken by the packets.
void RecordSender::adopt_snapshot(const WorkerState& state) {
  plan_ = state.snapshot->record_plan.get();
  if (plan_ == nullptr) return;
  const bool has_queues = std::ranges::all_of(
      plan_->ways, [&](const RecordWay& way) { return state.transmitter.has_own_queue(way.port); });
  if (!has_queues) plan_ = nullptr;
  if (has_queues) pace_.set_rate(plan_->tentative_per_second);
}

RecordSender::Added RecordSender::add(const FlowRecord& record, std::uint64_t now) {
  if (record.tentative && !pace_.take(now)) return Added::shed;
  if (count_ == most) return Added::no_room;
  records_[count_++] = record;
  return Added::yes;
}

void RecordSender::send(WorkerState& state) {
  std::size_t sent = count_;
  for (std::size_t way = 0; way < plan_->ways.size(); ++way)
    sent = std::min(sent, send_by(way, state));
  state.counters.flow_records_sent.add(sent);
  state.counters.flow_changes_late.add(count_ - sent);
  for (std::size_t i = sent; i < count_; ++i) state.reporter.tell(records_[i]);
  count_ = 0;
}

std::size_t RecordSender::send_by(std::size_t index, WorkerState& state) {
  const RecordWay& way = plan_->ways[index];
  std::span<const FlowRecord> left = std::span(records_).first(count_);
  while (!left.empty()) {
    rte_mbuf* frame = rte_pktmbuf_alloc(state.mempool);
    const auto headers = static_cast<std::uint16_t>(way.headers.size());
    char* bytes = frame == nullptr
                      ? nullptr
                      : rte_pktmbuf_append(frame, static_cast<std::uint16_t>(headers + way.room));
    if (bytes == nullptr) {
      rte_pktmbuf_free(frame);
      state.counters.count(Verdict::no_mbuf);
      break;
    }
    const std::span room(reinterpret_cast<std::uint8_t*>(bytes), headers + std::size_t{way.room});
    const auto sealed =
        plan_->sealer->seal(state.id, index, left, *state.snapshot, room.subspan(headers));
    left = left.subspan(sealed.records);
    if (sealed.length == 0) {
      rte_pktmbuf_free(frame);
      continue;
    }
    write_headers(way, room, sealed.length);
    rte_pktmbuf_trim(frame, static_cast<std::uint16_t>(way.room - sealed.length));
    state.transmitter.send(way.port, frame);
  }
  // The packets may leave by other ports, which must not be faster.
  state.transmitter.flush_if_several(way.port);
  return count_ - left.size();
}

}  // namespace drover::datapath
