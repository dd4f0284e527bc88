// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/datagrams.h"

#include <rte_mbuf.h>

#include <array>

#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr std::uint64_t start = 1'000'000'000'000;
constexpr std::uint64_t second = 1'000'000'000;

// A worker of its own, and what comes back to it.
struct Owner {
  // Not before DPDK has started.
  Owner() { test::frame_pool(); }
  ~Owner() { take_handovers(); }

  void hold(std::uint64_t key, std::uint64_t now = start) {
    REQUIRE(datagrams.find({key}, now) == nullptr);
    datagrams.hold({key}, test::make_frame(test::Bytes(60)), PortId(0), now);
  }
  void decide(std::uint64_t key, std::uint64_t now = start, std::uint32_t first_length = 24) {
    datagrams.tell({.kind = Handover::Kind::datagram_decided,
                    .destination = DestinationId(7),
                    .first_length = first_length,
                    .hash = key},
                   now);
  }
  std::size_t take_handovers() {
    std::size_t count = 0;
    for (Handover each; crossing.handovers.pop_some({&each, 1}) == 1; ++count) {
      CHECK(each.kind == Handover::Kind::later_fragment);
      rte_pktmbuf_free(each.frame);
    }
    return count;
  }

  Doorbell doorbell;
  Crossing crossing{doorbell};
  WorkerCounters counters;
  Peers peers{{&crossing}, WorkerId(0), counters};
  Datagrams datagrams{{.first = 1, .second = 2}, WorkerId(0), peers, counters};
};

}  // namespace

TEST_CASE("what waits comes back when its datagram is decided", "[datapath]") {
  test::start_eal();
  {
    Owner owner;
    for (int i = 0; i < 3; ++i) owner.hold(1);
    owner.hold(2);
    owner.decide(1);
    CHECK(owner.take_handovers() == 3);
    const auto* datagram = owner.datagrams.find({1}, start);
    REQUIRE(datagram != nullptr);
    CHECK(datagram->destination == DestinationId(7));
    CHECK(owner.datagrams.find({2}, start) == nullptr);
    owner.decide(2);
    CHECK(owner.take_handovers() == 1);
  }
  CHECK(test::frames_in_use() == 0);
}

TEST_CASE("the oldest waiting fragment gives way", "[datapath]") {
  test::start_eal();
  {
    Owner owner;
    owner.hold(1);
    for (std::uint64_t i = 0; i + 1 < HeldFragments::most; ++i) owner.hold(1'000 + i);
    CHECK(owner.counters.value(Verdict::fragment_overflow) == 0);
    owner.hold(2, start + second);
    CHECK(owner.counters.value(Verdict::fragment_overflow) == 1);
    owner.decide(1, start + second);
    CHECK(owner.take_handovers() == 0);
    owner.decide(2, start + second);
    CHECK(owner.take_handovers() == 1);
    // One datagram may have them all.
    for (std::size_t i = 0; i < 2 * HeldFragments::most; ++i) owner.hold(3, start + second);
    owner.decide(3, start + second);
    CHECK(owner.take_handovers() == HeldFragments::most);
  }
  CHECK(test::frames_in_use() == 0);
}

TEST_CASE("waiting ends after 3 seconds, what is known is forgotten then", "[datapath]") {
  test::start_eal();
  Owner owner;
  owner.hold(1);
  owner.hold(1, start + 2 * second);
  owner.decide(2, start);
  owner.datagrams.expire(start + 3 * second - 1);
  CHECK(owner.counters.value(Verdict::fragment_expired) == 0);
  CHECK(owner.datagrams.find({2}, start + 3 * second - 1) != nullptr);
  owner.datagrams.expire(start + 3 * second);
  CHECK(owner.counters.value(Verdict::fragment_expired) == 1);
  CHECK(owner.datagrams.find({2}, start + 3 * second) == nullptr);
  owner.datagrams.expire(start + 5 * second);
  CHECK(owner.counters.value(Verdict::fragment_expired) == 2);
  CHECK(test::frames_in_use() == 0);
}

TEST_CASE("a datagram is forgotten when all of it has gone", "[datapath]") {
  test::start_eal();
  Owner owner;
  owner.decide(1);
  owner.datagrams.gone({1}, {.identification = 1, .offset = 48, .length = 10, .last = true});
  CHECK(owner.datagrams.find({1}, start) != nullptr);
  owner.datagrams.gone({1}, {.identification = 1, .offset = 24, .length = 24, .last = false});
  CHECK(owner.datagrams.find({1}, start) == nullptr);
}

TEST_CASE("many datagrams have a place each, and the oldest gives its own away", "[datapath]") {
  test::start_eal();
  Owner owner;
  // Keys that share a bucket.
  const auto key = [](std::uint64_t i) { return (i + 1) << 32U; };
  for (std::uint64_t i = 0; i < 9; ++i) owner.decide(key(i), start + i * 2'000);
  CHECK(owner.datagrams.find({key(0)}, start + 100'000) == nullptr);
  for (std::uint64_t i = 1; i < 9; ++i)
    CHECK(owner.datagrams.find({key(i)}, start + 100'000) != nullptr);
  // With it goes what waits.
  owner.hold(key(20), start + 100'000);
  for (std::uint64_t i = 30; i < 38; ++i) owner.decide(key(i), start + 200'000);
  CHECK(owner.counters.value(Verdict::fragment_overflow) == 1);
  CHECK(test::frames_in_use() == 0);
}

}  // namespace drover::datapath
