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

// Where its connection is, in its primary bucket; null: it is not there.
template <class Family>
[[gnu::always_inline]] inline typename Family::Table::Entry* find_at_home(const PlainBurst& plain,
                                                                          std::size_t i) {
  using Table = typename Family::Table;
  return Table::Bucket::find_packed(packed_key<Family>(plain, i),
                                    static_cast<typename Table::Entry*>(plain.places[i]));
}

// The same in its secondary bucket.
template <class Family>
[[gnu::noinline]] typename Family::Table::Entry* find_away(const PlainBurst& plain, std::size_t i,
                                                           const WorkerState& state) {
  using Table = typename Family::Table;
  auto* const place = static_cast<typename Table::Entry*>(plain.places[i]);
  if (!Table::Bucket::around(place).overflowed()) return nullptr;
  const Table& table = state.table<Family>();
  auto& bucket = table.secondary_bucket(table.hash(key_of<Family>(plain, i)));
  return Table::Bucket::find_packed(packed_key<Family>(plain, i), bucket.entries().data());
}

template <class Entry>
bool may_touch(const Entry& connection, std::uint64_t steady, const WorkerState& state) {
  return connection.is_like(steady) && !flow::expired(connection.expires(), state.tick());
}
template <class Entry>
[[gnu::noinline]] void touch(Entry& connection, const WorkerState& state) {
  const flow::TcpState tcp_state = connection.state();
  connection.touch(tcp_state, state.tick() + state.snapshot->timeouts[tcp_state]);
}

// Where what packets need of their servers is: copies, which the compiler keeps in registers.
struct Ways {
  explicit Ways(const WorkerState& state)
      : first(reinterpret_cast<const std::byte*>(state.snapshot->fast->ways.data())),
        counters(state.id.value() * sizeof(DestinationCounters)) {}
  template <class Entry>
  const PlainWay& of(const Entry& connection) const {
    static_assert(Entry::destination_stride == sizeof(PlainWay));
    return *reinterpret_cast<const PlainWay*>(first + connection.destination_offset());
  }
  const std::byte* first;
  std::size_t counters;  // offset of this worker's
};

// `any_long`: PlainBurst's is set.
template <class Family, bool any_long>
[[gnu::always_inline]] inline Outcome follow_one(PlainBurst& plain, std::size_t i, const Ways& ways,
                                                 const WorkerState& state) {
  auto* connection = find_at_home<Family>(plain, i);
  if (connection == nullptr) [[unlikely]] {
    connection = find_away<Family>(plain, i, state);
    if (connection == nullptr) return Outcome::absent;
  }
  const bool is_steady = connection->is_steady(plain.steady[i]);
  if (!is_steady && !may_touch(*connection, plain.steady[i], state)) return Outcome::other;
  const PlainWay& way = ways.of(*connection);
  if (way.is_none() || (any_long && !way.takes(plain.traffic[i].bytes))) [[unlikely]]
    return Outcome::other;
  if (!is_steady) touch(*connection, state);
  way.counters(ways.counters).add(plain.traffic[i]);
  way.address(plain.bytes[i]);
  plain.ways[i] = &way;
  return Outcome::done;
}

// Sent by settle(), in their order among the others.
void mark_addressed(Burst& burst, const PlainBurst& plain, const WorkerState& state) {
  for (std::uint32_t done = plain.done; done != 0; done &= done - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(done));
    Packet& packet = burst.storage[i];
    const auto id = plain.ways[i] - state.snapshot->fast->ways.data();
    packet.mbuf = burst.mbufs[i];
    packet.destination = &state.snapshot->destinations[static_cast<std::size_t>(id)];
    packet.role = Role::flow;
    packet.verdict = Verdict::addressed;
  }
}

void send_all(Burst& burst, const PlainBurst& plain, WorkerState& state) {
  const std::span frames(burst.mbufs.data(), burst.count);
  if (state.snapshot->fast->by_one_port && !plain.any_short) [[likely]] {
    state.transmitter.send_long(plain.ways[0]->port(), frames);
    return;
  }
  for (std::size_t i = 0; i < frames.size(); ++i)
    state.transmitter.send(plain.ways[i]->port(), frames[i]);
}

// How many of the burst, all of them plain and of that family, are done in turn.
template <class Family>
std::uint32_t follow_all(PlainBurst& plain, std::size_t count, const Ways& ways,
                         const WorkerState& state) {
  std::size_t i = 0;
  while (i < count && follow_one<Family, false>(plain, i, ways, state) == Outcome::done) ++i;
  return static_cast<std::uint32_t>(i);
}

}  // namespace

bool follow(Burst& burst, PlainBurst& plain, WorkerState& state) {
  const Ways ways(state);
  const std::uint32_t count = burst.count;
  std::uint32_t i = 0;
  // Nearly every burst of a busy balancer is through with one of these.
  if (plain.plain == first_bits(count) && !plain.any_long) [[likely]] {
    if (plain.v6 == 0)
      i = follow_all<V4>(plain, count, ways, state);
    else if (plain.v6 == plain.plain)
      i = follow_all<V6>(plain, count, ways, state);
  }
  std::uint32_t done = first_bits(i);
  for (; i < count; ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    Packet& packet = burst.storage[i];
    if ((plain.plain & bit) != 0) {
      const Outcome outcome = (plain.v6 & bit) == 0 ? follow_one<V4, true>(plain, i, ways, state)
                                                    : follow_one<V6, true>(plain, i, ways, state);
      if (outcome == Outcome::done) {
        done |= bit;
        continue;
      }
      complete(packet, burst.mbufs[i], plain, i, state);
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
