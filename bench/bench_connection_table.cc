// SPDX-License-Identifier: BSD-3-Clause
// What a look-up costs: bursts of 32 packets of uniformly random flows, each burst hashed and
// prefetched before it is looked up. The table holds as many connections as it was planned for, in
// transparent huge pages where the kernel grants them. Time and items are packets.
//
// `floor` makes and hashes the same keys without a table.
#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "lib/flow/connection_table.h"

namespace drover::flow {
namespace {

constexpr std::size_t burst = 32;
constexpr HashSeed seed{0x0123456789abcdefU, 0xfedcba9876543210U};
constexpr Tick now(1000);
constexpr Tick late = now + Ticks(3600);
constexpr auto ignore_removal = [](const auto&, Removal) {};

class Memory {
 public:
  explicit Memory(std::size_t size)
      : size_(size),
        bytes_(static_cast<std::byte*>(
            mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    madvise(bytes_, size_, MADV_HUGEPAGE);
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { munmap(bytes_, size_); }
  std::span<std::byte> span() const { return {bytes_, size_}; }

 private:
  std::size_t size_;
  std::byte* bytes_;
};

// xorshift64*
class Random {
 public:
  std::uint64_t below(std::uint64_t bound) {
    state_ ^= state_ >> 12U;
    state_ ^= state_ << 25U;
    state_ ^= state_ >> 27U;
    return ((state_ * 0x2545f4914f6cdd1dU) >> 32U) * bound >> 32U;
  }

 private:
  std::uint64_t state_ = 88172645463325252U;
};

// Written in place, field by field, as from a packet: to copy a whole key that has just been
// written so costs as much as the rest of a look-up.
template <class Key>
void make_key(Key& key, std::uint64_t number) {
  const auto client = static_cast<std::uint32_t>(number * 0x9e3779b1U);
  if constexpr (std::is_same_v<Key, ConnectionKeyV4>) {
    key.client = Ipv4Address(client);
  } else {
    const std::array<std::uint64_t, 2> halves{0x20010db8, client};
    key.client = Ipv6Address(std::bit_cast<Ipv6Address::Bytes>(halves));
  }
  key.client_port = static_cast<std::uint16_t>(number);
  key.virtual_port = 80;
  key.vip = VipId(1);
}

template <class Key>
Key key_of(std::uint64_t number) {
  Key key;
  make_key(key, number);
  return key;
}

template <class Entry>
struct Fixture {
  using Key = typename Entry::Key;
  using Table = ConnectionTable<Entry>;

  explicit Fixture(const benchmark::State& state)
      : flows(static_cast<std::uint64_t>(state.range(0))),
        memory(Table::bytes_for(flows)),
        table(memory.span(), seed) {}

  void fill(std::uint64_t count, TcpState with) {
    for (std::uint64_t i = 0; i < count; ++i) {
      Entry entry(key_of<Key>(i), DestinationId(1), with, late);
      for (unsigned j = 0; j < Entry::most_packets; ++j) entry.touch(with, late);
      table.insert(entry, table.hash(entry.key()), now, ignore_removal);
    }
  }
  // Keys of a burst with their hashes; `number()` says which.
  template <class Number>
  void make_burst(Number&& number, bool prefetch) {
    for (std::size_t i = 0; i < burst; ++i) {
      make_key(keys[i], number());
      hashes[i] = table.hash(keys[i]);
      if (prefetch) table.prefetch(hashes[i]);
    }
  }

  std::uint64_t flows;
  Memory memory;
  Table table;
  std::array<Key, burst> keys;
  std::array<std::uint64_t, burst> hashes;
  Random random;
};

void count_packets(benchmark::State& state) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(burst));
  state.counters["ns"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * burst * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

template <class Entry>
void floor(benchmark::State& state) {
  Fixture<Entry> f(state);
  for (auto _ : state) {
    f.make_burst([&] { return f.random.below(f.flows); }, false);
    benchmark::DoNotOptimize(f.keys);
    benchmark::DoNotOptimize(f.hashes);
  }
  count_packets(state);
}

// The packet of a known connection: found, and its expiry renewed as the clock goes on.
template <class Entry>
void hit(benchmark::State& state) {
  Fixture<Entry> f(state);
  f.fill(f.flows, TcpState::established);
  std::uint64_t sum = 0;
  std::uint32_t bursts = 0;
  for (auto _ : state) {
    f.make_burst([&] { return f.random.below(f.flows); }, true);
    const Ticks passed(++bursts >> 16U & 0xffU);  // a quarter second every 65,536 bursts
    for (std::size_t i = 0; i < burst; ++i)
      if (auto* entry = f.table.find(f.keys[i], f.hashes[i], now + passed, ignore_removal)) {
        entry->touch(TcpState::established, late + passed);
        sum += entry->destination().value();
      }
  }
  benchmark::DoNotOptimize(sum);
  if (sum != static_cast<std::uint64_t>(state.iterations()) * burst) state.SkipWithError("missed");
  count_packets(state);
}

template <class Entry>
void miss(benchmark::State& state) {
  Fixture<Entry> f(state);
  f.fill(f.flows, TcpState::established);
  std::uint64_t found = 0;
  for (auto _ : state) {
    f.make_burst([&] { return f.flows + f.random.below(f.flows); }, true);
    for (std::size_t i = 0; i < burst; ++i)
      found += f.table.find(f.keys[i], f.hashes[i], now, ignore_removal) != nullptr;
  }
  if (found != 0) state.SkipWithError("found");
  count_packets(state);
}

// A SYN of a new connection each; the oldest one goes, so that the table stays at its planned load.
template <class Entry>
void renew(benchmark::State& state) {
  Fixture<Entry> f(state);
  f.fill(f.flows, TcpState::established);
  std::uint64_t next = f.flows;
  for (auto _ : state) {
    const std::uint64_t oldest = next - f.flows;
    std::array<std::uint64_t, burst> old_hashes;
    f.make_burst([&] { return next++; }, true);
    for (std::size_t i = 0; i < burst; ++i) {
      old_hashes[i] = f.table.hash(key_of<typename Entry::Key>(oldest + i));
      f.table.prefetch(old_hashes[i]);
    }
    for (std::size_t i = 0; i < burst; ++i) {
      if (auto* entry = f.table.find(key_of<typename Entry::Key>(oldest + i), old_hashes[i], now,
                                     ignore_removal))
        f.table.erase(entry);
      if (f.table.find(f.keys[i], f.hashes[i], now, ignore_removal) == nullptr)
        f.table.insert(Entry(f.keys[i], DestinationId(1), TcpState::syn_received, late),
                       f.hashes[i], now, ignore_removal);
    }
  }
  count_packets(state);
}

// SYNs from everywhere into a table that is full of such.
template <class Entry>
void flood(benchmark::State& state) {
  Fixture<Entry> f(state);
  f.fill(f.flows * 2, TcpState::syn_received);
  std::uint64_t next = f.flows * 2;
  std::uint64_t refused = 0;
  for (auto _ : state) {
    f.make_burst([&] { return next++; }, true);
    for (std::size_t i = 0; i < burst; ++i)
      if (f.table.find(f.keys[i], f.hashes[i], now, ignore_removal) == nullptr)
        refused += f.table.insert(Entry(f.keys[i], DestinationId(1), TcpState::syn_received, late),
                                  f.hashes[i], now, ignore_removal) == nullptr;
  }
  if (refused != 0) state.SkipWithError("refused");
  count_packets(state);
}

void flow_counts(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t flows : {1'000, 64'000, 1'000'000, 16'000'000}) bench->Arg(flows);
}

BENCHMARK(floor<ConnectionV4>)->Arg(1'000'000);
BENCHMARK(hit<ConnectionV4>)->Apply(flow_counts);
BENCHMARK(miss<ConnectionV4>)->Apply(flow_counts);
BENCHMARK(renew<ConnectionV4>)->Apply(flow_counts);
BENCHMARK(flood<ConnectionV4>)->Apply(flow_counts);
BENCHMARK(floor<ConnectionV6>)->Arg(1'000'000);
BENCHMARK(hit<ConnectionV6>)->Apply(flow_counts);
BENCHMARK(miss<ConnectionV6>)->Apply(flow_counts);
BENCHMARK(renew<ConnectionV6>)->Apply(flow_counts);
BENCHMARK(flood<ConnectionV6>)->Apply(flow_counts);

}  // namespace
}  // namespace drover::flow

BENCHMARK_MAIN();
