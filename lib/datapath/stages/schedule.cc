// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/stages/schedule.h"

#include "lib/datapath/stages/admit.h"
#include "lib/datapath/stages/ask_scheduler.h"
#include "lib/datapath/stages/fragments.h"
#include "lib/datapath/stages/look_up.h"
#include "lib/datapath/stages/persist.h"
#include "lib/datapath/stages/relate.h"
#include "lib/datapath/stages/stages.h"
#include "lib/datapath/stages/tell_peer.h"

namespace drover::datapath::stages {
namespace {

bool is_tcp(const Packet& packet) {
  return packet.headers.protocol == ip_protocol::tcp;
}
bool has_flag(const Packet& packet, std::uint8_t flag) {
  return (packet.tcp_flags & flag) != 0;
}

// The same on every balancer.
std::uint64_t hash_of_flow(const IpAddress& client, std::uint64_t ports) {
  if (client.is_v4())
    return balance::stable_hash(std::uint64_t{client.v4().value()} << 32U | ports);
  std::uint64_t hash = 0;
  for (std::size_t half = 0; half < 2; ++half)
    hash = balance::stable_hash(
        hash ^
        header_at<BigEndian<std::uint64_t>>(std::span(client.v6().bytes()), half * 8).value());
  return balance::stable_hash(hash ^ ports);
}

// Without room in the table the flow goes where its later packets, too, will be placed by hash.
void forward_unkept(Packet& packet, WorkerState& state, const VirtualService& service) {
  const auto placed = place_by_hash(packet, state, service);
  if (!placed) {
    packet.verdict = refusal(packet, service);
    return;
  }
  packet.destination = &state.destination(service.candidates[*placed]);
  packet.verdict = Verdict::forwarded_unkept;
}

// Until a packet of the connection itself comes.
constexpr flow::Ticks quoted_timeout = std::chrono::seconds(3);

flow::TcpState state_of_first(const Packet& packet, const VirtualService& service) {
  using enum flow::TcpState;
  if (service.protocol == ip_protocol::udp) return udp;
  return packet.role == Role::quoted ? none : flow::next_state(none, packet.tcp_flags);
}

// An entry of a connection, with its place in the table of its family. False: there is no room.
template <class Family>
bool enter_in(const Packet& packet, WorkerState& state, const VirtualService& service,
              DestinationId destination, bool adopted) {
  const bool is_quoted = packet.role == Role::quoted;
  const flow::TcpState first = state_of_first(packet, service);
  const flow::Tick expires =
      state.tick() + (is_quoted ? quoted_timeout : state.snapshot->timeouts[first]);
  ConnectionAccounting accounting = state.accounting();
  typename Family::Table::Entry connection(packet.key_in<Family>(), destination, first, expires);
  connection.set_adopted(adopted);
  // A search for room is dear, and what comes with one that found none will fare alike.
  if (state.inserts_stopped) return false;
  auto* entry = state.table<Family>().insert(connection, packet.hash, state.tick(), accounting);
  if (entry == nullptr) {
    state.counters.insert_stops.add(1);
    state.inserts_stopped = true;
    return false;
  }
  state.entered.add(packet.hash);
  accounting.entered(destination, first);
  if (service.persistence && bind_to_template(packet, destination, state, service)) [[unlikely]] {
    entry->set_controlled(true);
    if (state.reporter.is_on())
      tell_peer_of_template(packet, destination, state, *service.persistence);
    if (first == flow::TcpState::established) assure_template(packet, destination, state);
  }
  if (state.reporter.is_on()) tell_peer_of_new(*entry, state);
  return true;
}

void enter(Packet& packet, WorkerState& state, const VirtualService& service,
           DestinationId destination, bool adopted) {
  const bool entered = packet.is_v6() ? enter_in<V6>(packet, state, service, destination, adopted)
                                      : enter_in<V4>(packet, state, service, destination, adopted);
  if (!entered) {
    forward_unkept(packet, state, service);
    return;
  }
  packet.destination = &state.destination(destination);
  packet.verdict = adopted ? Verdict::forwarded_adopted : Verdict::forwarded_new;
  if (!state.fragmented_flows.empty()) [[unlikely]]
    tell_of_change(packet, state);
}

void adopt(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (service.persistence) {
    schedule_persistent(packet, state, service, true);
    return;
  }
  const auto placed = place_by_hash(packet, state, service);
  if (placed)
    send_new(packet, state, service, service.candidates[*placed], true);
  else
    packet.verdict = refusal(packet, service);
}

// IPVS counts a connection for each such datagram, too, though none is there.
void forward_once(Packet& packet, WorkerState& state, DestinationId destination) {
  packet.destination = &state.destination(destination);
  packet.destination->counters[state.id.value()].connections.add(1);
  packet.verdict = Verdict::forwarded_once;
}

void schedule_new(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (service.persistence) {
    schedule_persistent(packet, state, service, false);
    return;
  }
  if (const auto picked = pick(request_of(packet, state, service)))
    send_new(packet, state, service, service.candidates[*picked], false);
  else
    packet.verdict = refusal(packet, service);
}

void treat_unknown(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (has_flag(packet, TcpHeader::rst)) {
    packet.verdict = Verdict::stray_reset;
    return;
  }
  switch (state.snapshot->unknown) {
    case UnknownPolicy::adopt:
      adopt(packet, state, service);
      break;
    case UnknownPolicy::schedule:
      schedule_new(packet, state, service);
      break;
    case UnknownPolicy::reset:
      packet.verdict = Verdict::refused_reset;
      break;
    case UnknownPolicy::drop:
      packet.verdict = Verdict::unknown_dropped;
      break;
  }
}

const VirtualService* service_of(const Packet& packet, const WorkerState& state) {
  return state.snapshot->find_service(packet.key.vip, packet.key.virtual_port);
}

void begin_flow(Packet& packet, WorkerState& state, const VirtualService& service) {
  if (follow_fragmented_flow(packet, state, service)) return;
  if (!admit(packet, state, service)) return;
  if (is_ftp_data(packet.key.client_port))
    packet.verdict = refusal(packet);
  else if (is_mid_stream(packet))
    treat_unknown(packet, state, service);
  else if (state.snapshot->is_anothers(packet.key.vip, state.now)) [[unlikely]]
    // It came to a backup's own MAC address, and the master may see the flow's next packet before
    // it is told of this one: by the hash, as the master then does.
    adopt(packet, state, service);
  else
    schedule_new(packet, state, service);
}

}  // namespace

Verdict refusal(const Packet& packet) {
  if (!is_tcp(packet)) return Verdict::refused_unreachable;
  return has_flag(packet, TcpHeader::rst) ? Verdict::stray_reset : Verdict::refused_reset;
}

Verdict refusal(const Packet& packet, const VirtualService& service) {
  return service.undecided ? Verdict::unchecked : refusal(packet);
}

void send_new(Packet& packet, WorkerState& state, const VirtualService& service,
              DestinationId destination, bool adopted) {
  if (service.one_packet)
    forward_once(packet, state, destination);
  else
    enter(packet, state, service, destination, adopted);
}

std::optional<std::uint32_t> place_by_hash(const Packet& packet, WorkerState& state,
                                           const VirtualService& service) {
  if (service.scheduler->is_by_hash()) {
    // Its answer will be another one when it knows all servers.
    if (service.undecided) [[unlikely]]
      return std::nullopt;
    return ask_scheduler(request_of(packet, state, service), state.loads());
  }
  return placement_of(packet.client(), packet.key.client_port, packet.key.virtual_port, service);
}

std::optional<std::uint32_t> placement_of(IpAddress client, std::uint16_t client_port,
                                          std::uint16_t virtual_port,
                                          const VirtualService& service) {
  std::uint64_t ports = std::uint64_t{client_port} << 16 | virtual_port;
  if (service.persistence) {
    ports = 0;
    client = IpAddress::unmapped(service.persistence->key_of(client).client);
  }
  return service.placement.look_up(hash_of_flow(client, ports));
}

bool is_ftp_data(std::uint16_t client_port) {
  constexpr std::uint16_t ftp_data_port = 20;
  return client_port == ftp_data_port;
}

bool is_mid_stream(const Packet& packet) {
  return is_tcp(packet) && (!has_flag(packet, TcpHeader::syn) || has_flag(packet, TcpHeader::rst));
}

void schedule_flow(Packet& packet, WorkerState& state) {
  const VirtualService* service = service_of(packet, state);
  if (service == nullptr) {
    packet.verdict = refusal(packet);
    return;
  }
  const Followed followed = follow_connection(packet, state);
  if (followed == Followed::yes) return;
  if (followed == Followed::absent) {
    begin_flow(packet, state, *service);
    return;
  }
  // As with IPVS, what it supersedes counts while a server is chosen.
  const auto superseded = take_superseded(packet, state);
  begin_flow(packet, state, *service);
  end(superseded, state);
}

void schedule_quoted(Packet& packet, WorkerState& state, const VirtualService& service) {
  packet.verdict = Verdict::quoted_unknown;
  if (is_ftp_data(packet.key.client_port)) return;
  const auto superseded = take_superseded(packet, state);
  schedule_new(packet, state, service);
  end(superseded, state);
  if (packet.verdict == Verdict::taken) return;  // to the owner of its client's template
  if (is_forwarded(packet.verdict))
    forward_related(packet, state, state.id_of(*packet.destination), Verdict::forwarded_quoted);
  else
    packet.verdict = Verdict::quoted_unknown;
}

void schedule(Burst& burst, WorkerState& state) {
  for (Packet& packet : burst.packets()) {
    if (packet.verdict != Verdict::pending || packet.role != Role::flow) continue;
    // A packet before it in this burst may have been its connection's first.
    if (state.entered.may_have(packet.hash)) [[unlikely]]
      schedule_flow(packet, state);
    else if (const VirtualService* service = service_of(packet, state))
      begin_flow(packet, state, *service);
    else
      packet.verdict = refusal(packet);
  }
}

}  // namespace drover::datapath::stages
