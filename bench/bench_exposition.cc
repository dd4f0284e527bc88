// SPDX-License-Identifier: BSD-3-Clause
// What a scrape costs the control thread, by the number of servers: `piece_us_max` is how long it
// keeps the loop at most, since other work comes between two pieces.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>

#include "lib/metrics/exposition.h"
#include "test/unit/metrics/sample.h"

namespace drover::metrics {
namespace {

void scrape(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  const Facts facts = sample_facts(10, static_cast<std::uint32_t>(state.range(0)) / 10);
  Clock::duration longest{};
  std::size_t bytes = 0;
  for (auto _ : state) {
    Exposition exposition(facts);
    bytes = 0;
    for (bool more = true; more;) {
      const auto begin = Clock::now();
      const auto piece = exposition.next();
      longest = std::max(longest, Clock::now() - begin);
      more = piece.has_value();
      if (more) bytes += piece->size();
    }
  }
  state.counters["piece_us_max"] = std::chrono::duration<double, std::micro>(longest).count();
  state.counters["bytes"] = static_cast<double>(bytes);
}

BENCHMARK(scrape)->Arg(10)->Arg(100)->Arg(1'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace drover::metrics

BENCHMARK_MAIN();
