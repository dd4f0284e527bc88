// SPDX-License-Identifier: BSD-3-Clause
#include <bit>
#include <span>

#include "lib/datapath/fast_path/complete.h"
#include "lib/datapath/fast_path/fast_facts.h"
#include "lib/datapath/fast_path/fast_path.h"
#include "lib/datapath/stages/look_up.h"

namespace drover::datapath::fast_path {
namespace {

enum class Outcome {
  done,    // all but sending it
  absent,  // it has no connection; nothing has happened
  other    // it is to be looked up as any packet; nothing has happened
};

// What all packets of a burst need.
class Follower {
 public:
  explicit Follower(WorkerState& state)
      : table_v4_(state.table_v4),
        table_v6_(state.table_v6),
        ways_(state.snapshot->fast->ways.data()),
        worker_(state.id),
        now_(state.tick()),
        established_(now_ + state.snapshot->timeouts[flow::TcpState::established]),
        udp_(now_ + state.snapshot->timeouts[flow::TcpState::udp]) {}

  template <class Family>
  Outcome follow(PlainPacket& packet, std::uint32_t network) const {
    const std::uint64_t steady = packet.steady;
    auto* connection =
        table<Family>().find_packed(key_of<Family>(packet, network).packed(), packet.hash);
    if (connection == nullptr) return Outcome::absent;
    const bool is_steady = connection->is_steady(steady);
    if (!is_steady && (!connection->is_like(steady) || flow::expired(connection->expires(), now_)))
      return Outcome::other;
    const PlainWay& way = ways_[connection->destination().value()];
    if (!way.takes(packet.length)) [[unlikely]]
      return Outcome::other;
    if (!is_steady) {
      const flow::TcpState tcp_state = connection->state();
      connection->touch(tcp_state, tcp_state == flow::TcpState::udp ? udp_ : established_);
    }
    DestinationCounters& counters = way.counters(worker_);
    counters.packets.add(1);
    counters.bytes.add(packet.length);
    way.address(packet.bytes);
    packet.way = &way;
    return Outcome::done;
  }

 private:
  template <class Family>
  typename Family::Table& table() const {
    if constexpr (std::is_same_v<Family, V4>)
      return table_v4_;
    else
      return table_v6_;
  }

  flow::ConnectionTableV4& table_v4_;
  flow::ConnectionTableV6& table_v6_;
  const PlainWay* ways_;
  WorkerId worker_;
  flow::Tick now_;
  flow::Tick established_;
  flow::Tick udp_;
};

// Sent by settle(), in their order among the others.
void mark_addressed(Burst& burst, const PlainBurst& plain, const WorkerState& state) {
  for (std::uint32_t done = plain.done; done != 0; done &= done - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(done));
    Packet& packet = burst.storage[i];
    const auto id = plain.packets[i].way - state.snapshot->fast->ways.data();
    packet.mbuf = burst.mbufs[i];
    packet.destination = &state.snapshot->destinations[static_cast<std::size_t>(id)];
    packet.role = Role::flow;
    packet.verdict = Verdict::addressed;
  }
}

void send_all(Burst& burst, const PlainBurst& plain, WorkerState& state) {
  const std::span frames(burst.mbufs.data(), burst.count);
  if (state.snapshot->fast->by_one_port && !plain.any_short) [[likely]] {
    state.transmitter.send_long(plain.packets[0].way->port(), frames);
    return;
  }
  for (std::size_t i = 0; i < frames.size(); ++i)
    state.transmitter.send(plain.packets[i].way->port(), frames[i]);
}

}  // namespace

bool follow(Burst& burst, PlainBurst& plain, WorkerState& state) {
  const Follower follower(state);
  const std::uint32_t count = burst.count;
  std::uint32_t i = 0;
  // Nearly every burst of a busy balancer is through with one of these.
  if (plain.plain == first_bits(count) && plain.v6 == 0)
    while (i < count && follower.follow<V4>(plain.packets[i], plain.network) == Outcome::done) ++i;
  else if (plain.v6 == first_bits(count))
    while (i < count && follower.follow<V6>(plain.packets[i], plain.network) == Outcome::done) ++i;
  std::uint32_t done = first_bits(i);
  for (; i < count; ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    Packet& packet = burst.storage[i];
    if ((plain.plain & bit) != 0) {
      PlainPacket& known = plain.packets[i];
      const Outcome outcome = (plain.v6 & bit) == 0 ? follower.follow<V4>(known, plain.network)
                                                    : follower.follow<V6>(known, plain.network);
      if (outcome == Outcome::done) {
        done |= bit;
        continue;
      }
      complete(packet, burst.mbufs[i], plain, i);
      if (outcome == Outcome::absent) continue;
    }
    if (packet.verdict == Verdict::pending && packet.role == Role::flow)
      stages::follow_connection(packet, state);
  }
  plain.done = done;
  const auto followed = static_cast<unsigned>(std::popcount(done));
  if (followed > 0) state.counters.count(Verdict::forwarded, followed);
  if (followed == count) [[likely]] {
    send_all(burst, plain, state);
    return true;
  }
  mark_addressed(burst, plain, state);
  return false;
}

}  // namespace drover::datapath::fast_path
