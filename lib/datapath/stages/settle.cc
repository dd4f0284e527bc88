// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/hear_heartbeats.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::stages {
namespace {

void hold(Packet& packet, WorkerState& state) {
  const DestinationId id = state.id_of(*packet.destination);
  const IpAddress& server = state.snapshot->destination_details[id.value()].address;
  packet.verdict = Verdict::held;
  state.counters.count(Verdict::held);
  if (!state.held.hold(server, id, packet.mbuf, state.now)) return;
  if (state.crossing.events.push({WorkerEvent::Kind::neighbour_wanted, id}))
    state.crossing.control_doorbell.ring();
}

// The first packet of a connection of which the other balancer is to know before it leaves.
bool wait_for_word(const Packet& packet, WorkerState& state) {
  const FlowReporter& reporter = state.reporter;
  if (!reporter.packets_wait() || !packet.destination->resolved) return false;
  const std::uint64_t record = reporter.last_record();
  if (record == reporter.told()) return false;
  const PortId port = state.snapshot->egress_of(*packet.destination).port;
  if (state.unannounced.hold(port, packet.mbuf, record, state.now)) return true;
  state.counters.flow_changes_late.add(1);
  return false;
}

void send_to_server(Packet& packet, WorkerState& state) {
  if (packet.verdict == Verdict::forwarded_new && wait_for_word(packet, state)) return;
  if (packet.destination->resolved) [[likely]]
    state.transmitter.send(state.snapshot->egress_of(*packet.destination).port, packet.mbuf);
  else
    hold(packet, state);
}

void give_to_kernel(Packet& packet, WorkerState& state) {
  if (is_heartbeat(packet)) [[unlikely]]
    hear_heartbeat(packet, state);
  if (state.crossing.to_kernel.push(packet.mbuf)) {
    state.crossing.control_doorbell.ring();
    state.counters.count(Verdict::to_kernel);
  } else {
    rte_pktmbuf_free(packet.mbuf);
    packet.verdict = Verdict::kernel_full;
    state.counters.count(Verdict::kernel_full);
  }
}

}  // namespace

void settle(Burst& burst, WorkerState& state) {
  if (!state.records.empty()) [[unlikely]]
    state.records.send(state);
  std::uint64_t forwarded = 0;
  for (Packet& packet : burst.packets()) {
    if (packet.verdict == Verdict::forwarded) [[likely]] {
      ++forwarded;
      send_to_server(packet, state);
      continue;
    }
    if (packet.verdict == Verdict::addressed) {
      state.transmitter.send(state.snapshot->egress_of(*packet.destination).port, packet.mbuf);
      continue;
    }
    if (packet.verdict == Verdict::taken) continue;
    if (packet.verdict == Verdict::to_kernel) {
      give_to_kernel(packet, state);
      continue;
    }
    state.counters.count(packet.verdict);
    if (is_forwarded(packet.verdict))
      send_to_server(packet, state);
    else if (is_answered(packet.verdict))
      state.transmitter.send(burst.port, packet.mbuf);
    else
      rte_pktmbuf_free(packet.mbuf);
  }
  if (forwarded > 0) state.counters.count(Verdict::forwarded, forwarded);
}

}  // namespace drover::datapath::stages
