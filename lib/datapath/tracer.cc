// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/tracer.h"

#include <algorithm>
#include <cstring>

namespace drover::datapath {

static_assert(Burst::capacity == 32);  // the bits of `matched_`

void Tracer::obey(const TraceOrder& order, std::uint32_t request) {
  filter_ = order.filter;
  left_ = order.count;
  request_ = request;
}

void Tracer::look(const Burst& burst) {
  matched_ = 0;
  for (std::uint16_t i = 0; i < burst.count; ++i) {
    rte_mbuf* frame = burst.storage[i].mbuf;
    const std::span<const std::uint8_t> bytes(rte_pktmbuf_mtod(frame, const std::uint8_t*),
                                              rte_pktmbuf_data_len(frame));
    if (!filter_.matches(bytes)) continue;
    matched_ |= 1U << i;
    TraceRecord& record = looked_at_[i];
    record.length = rte_pktmbuf_pkt_len(frame);
    record.captured = static_cast<std::uint16_t>(std::min(bytes.size(), TraceRecord::most_bytes));
    std::memcpy(record.bytes.data(), bytes.data(), record.captured);
  }
}

bool Tracer::tell(const Burst& burst, const WorkerState& state) {
  bool told = false;
  for (std::uint16_t i = 0; i < burst.count && left_ != 0; ++i) {
    if ((matched_ & 1U << i) == 0) continue;
    const Packet& packet = burst.storage[i];
    TraceRecord& record = looked_at_[i];
    record.time = state.now;
    record.request = request_;
    record.port = burst.port.value();
    record.verdict = packet.verdict;
    record.has_destination = packet.destination != nullptr && is_forwarded(packet.verdict);
    record.destination = record.has_destination ? state.id_of(*packet.destination).value() : 0;
    record.handed_over = state.handed != nullptr;
    if (records_.push(record)) --left_;
    told = true;
  }
  return told;
}

}  // namespace drover::datapath
