// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/fragmented_flows.h"

#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr std::uint64_t start = 1'000'000'000'000;
constexpr std::uint64_t second = 1'000'000'000;

Handover decision(std::uint64_t hash, std::uint32_t destination, std::uint16_t by = 1) {
  return {.kind = Handover::Kind::flow_decided,
          .origin = WorkerId(by),
          .destination = DestinationId(destination),
          .hash = hash};
}

}  // namespace

TEST_CASE("a question is remembered for a second, a decision as long as a flow", "[datapath]") {
  FragmentedFlows flows({});
  CHECK(flows.empty());
  flows.note_question(5, WorkerId(1), WorkerId(0), start);
  REQUIRE(flows.find(5, start) != nullptr);
  CHECK_FALSE(flows.find(5, start)->decided);
  CHECK(flows.find(5, start + second) == nullptr);
  CHECK(flows.empty());

  flows.note_question(5, WorkerId(1), WorkerId(0), start);
  flows.hear(decision(5, 7), {}, start);
  flows.note_question(5, WorkerId(2), WorkerId(0), start);
  const FragmentedFlow* flow = flows.find(5, start + 929 * second);
  REQUIRE(flow != nullptr);
  CHECK(flow->decided);
  CHECK(flow->destination == DestinationId(7));
  CHECK(flow->decider == WorkerId(1));
  CHECK(flows.find(5, start + 930 * second) == nullptr);
}

TEST_CASE("who asks has nothing decided any more, nor has who is asked and has it not",
          "[datapath]") {
  FragmentedFlows flows({});
  flows.hear(decision(5, 7, 1), {}, start);
  flows.note_question(5, WorkerId(2), WorkerId(0), start);
  CHECK(flows.find(5, start)->decided);
  flows.note_question(5, WorkerId(1), WorkerId(0), start);
  CHECK_FALSE(flows.find(5, start)->decided);

  flows.note_telling(5, DestinationId(7), WorkerId(0), start);
  flows.note_question(5, WorkerId(2), WorkerId(0), start);
  CHECK_FALSE(flows.find(5, start)->decided);
  CHECK(flows.find(5, start)->decider == WorkerId(2));
}

TEST_CASE("the others are told twice a minute, and of a change at once", "[datapath]") {
  FragmentedFlows flows({});
  const auto is_due = [&](std::uint32_t destination, std::uint64_t now) {
    return flows.is_due(5, DestinationId(destination), WorkerId(0), now);
  };
  CHECK(is_due(7, start));
  CHECK_FALSE(is_due(7, start));
  CHECK_FALSE(is_due(7, start + 30 * second - 1));
  CHECK(is_due(7, start + 30 * second));
  CHECK(is_due(8, start + 31 * second));
  flows.hear(decision(5, 8), {}, start + 32 * second);
  CHECK(is_due(8, start + 32 * second));
}

TEST_CASE("when there are too many, whoever is forgotten first anyway gives way", "[datapath]") {
  FragmentedFlows flows({});
  const auto key = [](std::uint64_t i) { return (i + 1) << 32U; };  // they share a bucket
  for (std::uint64_t i = 0; i < 9; ++i) flows.hear(decision(key(i), 1), {}, start + i * second);
  CHECK(flows.find(key(0), start + 10 * second) == nullptr);
  for (std::uint64_t i = 1; i < 9; ++i) CHECK(flows.find(key(i), start + 10 * second) != nullptr);
}

}  // namespace drover::datapath
