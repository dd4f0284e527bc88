// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/observer.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "lib/net/header_at.h"

namespace drover::datapath {
namespace {

static_assert(most_observations <= 8);  // the bits of `active_` and `recorded_`
static_assert(sizeof(FrameRecord) % 8 == 0 && sizeof(TraceRecord) % 8 == 0);

// Whether a stage passes the packet over, whose verdict and role were these before it.
bool passes_over(Stage stage, Verdict verdict, Role role) {
  const bool decided = verdict != Verdict::pending;
  switch (stage) {
    case Stage::parse:
    case Stage::rewrite:
    case Stage::settle:
      return false;
    case Stage::classify:
      return decided;
    case Stage::look_up:
    case Stage::schedule:
      return decided || role != Role::flow;
    case Stage::steer_fragments:
      return decided || (role != Role::first_fragment && role != Role::later_fragment);
    case Stage::relate:
      return decided || role != Role::quoted;
  }
  return false;
}

// Before that there is no key, behind it the frame may have become another one.
bool asks_for_connection(Stage stage) {
  return stage == Stage::look_up || stage == Stage::schedule || stage == Stage::steer_fragments ||
         stage == Stage::relate;
}

template <class Family>
void note_entry_in(StageNote& note, const Packet& packet, const WorkerState& state) {
  const auto* entry =
      state.table<Family>().peek(packet.key_in<Family>(), packet.hash, state.tick());
  if (entry == nullptr || state.destination(entry->destination()).bond == Bond::releases) return;
  note.has_entry = true;
  note.entry_state = entry->state();
  note.entry_destination = entry->destination().value();
  note.entry_seconds_left =
      static_cast<std::uint32_t>(flow::remaining(entry->expires(), state.tick()).count() / 4);
}

void note_entry(StageNote& note, const Packet& packet, const WorkerState& state) {
  if (packet.role == Role::later_fragment) return;
  if (packet.is_v6())
    note_entry_in<V6>(note, packet, state);
  else
    note_entry_in<V4>(note, packet, state);
}

void note_server(const Packet& packet, const WorkerState& state, bool& has, std::uint32_t& id) {
  has = is_forwarded(packet.verdict) || packet.verdict == Verdict::held;
  id = has ? state.id_of(*packet.destination).value() : 0;
}

}  // namespace

void Observer::obey(const ObservationOrder& order, std::uint32_t request) {
  Observation& observation = observations_[order.slot];
  observation.filter = order.filter;
  observation.left = order.count;
  observation.most_bytes = order.most_bytes;
  observation.request = request;
  observation.kind = order.kind;
  const auto bit = static_cast<std::uint8_t>(1U << order.slot);
  active_ = static_cast<std::uint8_t>(order.count == 0 ? active_ & ~bit : active_ | bit);
}

bool Observer::look(const Burst& burst, const WorkerState& state) {
  bool traced = false;
  recorded_ = 0;
  for (std::size_t slot = 0; slot < observations_.size(); ++slot) {
    if ((active_ & 1U << slot) == 0) continue;
    Observation& observation = observations_[slot];
    std::fill_n(observation.records.begin(), burst.count, nullptr);
    for (std::uint16_t i = 0; i < burst.count && observation.left != 0; ++i) {
      const rte_mbuf* frame = burst.storage[i].mbuf;
      const std::span<const std::uint8_t> bytes(rte_pktmbuf_mtod(frame, const std::uint8_t*),
                                                rte_pktmbuf_data_len(frame));
      if (observation.filter.matches(bytes)) begin_record(slot, i, burst, state);
    }
    const bool has_one =
        std::any_of(observation.records.begin(), observation.records.begin() + burst.count,
                    [](const FrameRecord* record) { return record != nullptr; });
    if (has_one) recorded_ = static_cast<std::uint8_t>(recorded_ | 1U << slot);
    traced |= has_one && observation.kind == ObservationOrder::Kind::trace;
    if (observation.left == 0) active_ = static_cast<std::uint8_t>(active_ & ~(1U << slot));
  }
  return traced;
}

void Observer::begin_record(std::size_t slot, std::uint16_t index, const Burst& burst,
                            const WorkerState& state) {
  Observation& observation = observations_[slot];
  const bool traces = observation.kind == ObservationOrder::Kind::trace;
  const Packet& packet = burst.storage[index];
  FrameRecord* record =
      copy(slot, traces ? sizeof(TraceRecord) : sizeof(FrameRecord), *packet.mbuf);
  if (record == nullptr) return;
  --observation.left;
  observation.records[index] = record;
  record->kind = traces ? FrameRecord::Kind::traced : FrameRecord::Kind::received;
  record->time = state.now;
  record->number = ++packets_;
  record->port = burst.port.value();
  record->handed_over = state.handed != nullptr;
  if (!traces) return;
  auto& trace = static_cast<TraceRecord&>(*record);
  if (packet.verdict == Verdict::pending) {
    trace.frame_kind = packet.headers.kind;
    trace.fault = packet.headers.fault;
  }
  note(index, Stage::parse, packet, state);
}

FrameRecord* Observer::copy(std::size_t slot, std::size_t header, const rte_mbuf& frame) {
  Observation& observation = observations_[slot];
  const std::uint32_t length = rte_pktmbuf_pkt_len(&frame);
  const std::uint32_t captured = std::min(length, observation.most_bytes);
  std::byte* room = crossing_.observed.reserve(header + captured);
  if (room == nullptr) {
    crossing_.unobserved[slot].add(1);
    return nullptr;
  }
  FrameRecord* record =
      header == sizeof(TraceRecord) ? new (room) TraceRecord : new (room) FrameRecord;
  record->request = observation.request;
  record->length = length;
  record->captured = captured;
  const void* bytes = rte_pktmbuf_read(&frame, 0, captured, room + header);
  if (bytes != room + header) std::memcpy(room + header, bytes, captured);
  return record;
}

template <class Act>
void Observer::each_record(std::uint16_t index, Act&& act) {
  for (std::size_t slot = 0; slot < observations_.size(); ++slot)
    if ((recorded_ & 1U << slot) != 0)
      if (FrameRecord* record = observations_[slot].records[index]) act(slot, *record);
}

void Observer::note(std::uint16_t index, Stage stage, const Packet& packet,
                    const WorkerState& state) {
  const auto place = static_cast<std::size_t>(stage);
  each_record(index, [&](std::size_t, FrameRecord& record) {
    if (record.kind != FrameRecord::Kind::traced) return;
    auto& trace = static_cast<TraceRecord&>(record);
    const Verdict before = place == 0 ? Verdict::pending : trace.notes[place - 1].verdict;
    StageNote& note = trace.notes[place];
    note.verdict = packet.verdict;
    note.was_there = !passes_over(stage, before, packet.role);
    if (!note.was_there) return;
    if (stage == Stage::classify && packet.verdict == Verdict::pending) {
      trace.has_flow = true;
      trace.role = packet.role;
    }
    note_server(packet, state, note.has_destination, note.destination);
    if (trace.has_flow && asks_for_connection(stage)) note_entry(note, packet, state);
  });
}

void Observer::leaves(std::uint16_t index, const Packet& packet, const WorkerState& state) {
  const bool to_server = is_forwarded(packet.verdict) && packet.destination->resolved;
  if (!to_server && !is_answered(packet.verdict)) return;
  const PortId port = to_server ? state.snapshot->egress_of(*packet.destination).port : state.port;
  each_record(index, [&](std::size_t slot, FrameRecord& cause) {
    if (cause.kind != FrameRecord::Kind::received) return;
    FrameRecord* record = copy(slot, sizeof(FrameRecord), *packet.mbuf);
    if (record == nullptr) return;
    cause.leaves = true;
    record->kind = FrameRecord::Kind::sent;
    record->time = cause.time;
    record->number = cause.number;
    record->port = port.value();
    record->verdict = packet.verdict;
    note_server(packet, state, record->has_destination, record->destination);
  });
}

void Observer::ended(std::uint16_t index, const Packet& packet, const WorkerState& state) {
  each_record(index, [&](std::size_t, FrameRecord& record) {
    record.verdict = packet.verdict;
    note_server(packet, state, record.has_destination, record.destination);
  });
}

void Observer::tell() {
  recorded_ = 0;
  if (crossing_.observed.commit()) crossing_.control_doorbell.ring();
}

}  // namespace drover::datapath
