// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/pipeline.h"

#include <rte_prefetch.h>

#include "lib/datapath/fast_path/fast_path.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath {
namespace {

// What has been looked up. `behind`: called with each stage that is done.
template <class Behind>
void decide_rest(Burst& burst, WorkerState& state, Behind&& behind) {
  stages::schedule(burst, state);
  behind(Stage::schedule);
  if (burst.related) [[unlikely]] {
    stages::steer_fragments(burst, state);
    behind(Stage::steer_fragments);
    stages::relate(burst, state);
    behind(Stage::relate);
  }
  stages::rewrite(burst, state);
  behind(Stage::rewrite);
}

template <class Behind>
void decide(Burst& burst, WorkerState& state, Behind&& behind) {
  stages::classify(burst, state);
  behind(Stage::classify);
  stages::look_up(burst, state);
  behind(Stage::look_up);
  decide_rest(burst, state, behind);
}

void nothing(Stage /*stage*/) {}

void process_one_by_one(const Burst& burst, WorkerState& state, Observer& observer) {
  Burst alone;
  alone.count = 1;
  alone.port = burst.port;
  Packet& packet = alone.storage[0];
  for (std::uint16_t i = 0; i < burst.count; ++i) {
    packet = burst.storage[i];
    decide(alone, state, [&](Stage stage) { observer.note(i, stage, packet, state); });
    observer.leaves(i, packet, state);
    stages::settle(alone, state);
    observer.note(i, Stage::settle, packet, state);
    observer.ended(i, packet, state);
  }
}

void process_observed(Burst& burst, WorkerState& state, Observer& observer) {
  if (observer.look(burst, state)) {
    process_one_by_one(burst, state, observer);
  } else {
    decide(burst, state, nothing);
    for (std::uint16_t i = 0; i < burst.count; ++i) observer.leaves(i, burst.storage[i], state);
    stages::settle(burst, state);
    for (std::uint16_t i = 0; i < burst.count; ++i) observer.ended(i, burst.storage[i], state);
  }
  observer.tell();
}

void process_by_stages(Burst& burst, WorkerState& state, Observer& observer) {
  for (std::uint16_t i = 0; i < burst.count; ++i) {
    rte_prefetch0(rte_pktmbuf_mtod(burst.mbufs[i], void*));
    burst.storage[i].mbuf = burst.mbufs[i];
    burst.storage[i].verdict = Verdict::pending;
  }
  stages::parse(burst);
  if (observer.is_on()) {
    process_observed(burst, state, observer);
    return;
  }
  decide(burst, state, nothing);
  stages::settle(burst, state);
}

}  // namespace

void process(Burst& burst, WorkerState& state, Observer& observer) {
  state.port = burst.port;
  state.entered.forget();
  state.inserts_stopped = false;
  const bool has_fast_path = state.has_fast_path && state.snapshot->fast != nullptr;
  if (!has_fast_path || state.handed != nullptr || observer.is_on()) [[unlikely]] {
    process_by_stages(burst, state, observer);
    return;
  }
  PlainBurst plain;
  fast_path::recognise(burst, plain, state);
  if (fast_path::follow(burst, plain, state)) return;
  decide_rest(burst, state, nothing);
  stages::settle(burst, state);
}

}  // namespace drover::datapath
