// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/transmitter.h"

#include <rte_mbuf.h>

#include <numeric>

#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

using test::Bytes;
using test::RingPort;
using Frames = std::vector<Bytes>;

constexpr unsigned ring_size = 8;  // holds 7

rte_mbuf* frame(std::uint8_t number, std::size_t length = 60) {
  return test::make_frame(Bytes(length, number));
}

struct Fixture {
  ~Fixture() { CHECK(test::frames_in_use() == 0); }

  WorkerCounters counters;
  RingPort first{1, ring_size};
  RingPort second{1, 128};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "frames go out in order, each by its port", "[datapath]") {
  Transmitter transmitter({{first.ethdev(), 0}, {second.ethdev(), 0}}, counters);
  for (std::uint8_t i = 0; i < 6; ++i) transmitter.send(PortId(i % 2), frame(i));
  CHECK(first.sent(0).empty());
  transmitter.flush();
  CHECK(first.sent(0) == Frames{Bytes(60, 0), Bytes(60, 2), Bytes(60, 4)});
  CHECK(second.sent(0) == Frames{Bytes(60, 1), Bytes(60, 3), Bytes(60, 5)});
}

TEST_CASE_METHOD(Fixture, "what a full queue does not take is counted and freed", "[datapath]") {
  Transmitter transmitter({{first.ethdev(), 0}}, counters);
  for (std::uint8_t i = 0; i < 100; ++i) transmitter.send(PortId(0), frame(i));
  transmitter.flush();
  CHECK(counters.value(Verdict::transmit_full) == 100 - (ring_size - 1));
  CHECK(test::frames_in_use() == ring_size - 1);
  const auto sent = first.sent(0);
  REQUIRE(sent.size() == ring_size - 1);
  for (std::uint8_t i = 0; i < sent.size(); ++i) CHECK(sent[i] == Bytes(60, i));
  // There is room again.
  transmitter.send(PortId(0), frame(200));
  transmitter.flush();
  CHECK(first.sent(0) == Frames{Bytes(60, 200)});
}

TEST_CASE_METHOD(Fixture, "a batch leaves as soon as it is full", "[datapath]") {
  Transmitter transmitter({{second.ethdev(), 0}}, counters);
  for (std::uint8_t i = 0; i < 64; ++i) transmitter.send(PortId(0), frame(i));
  CHECK(second.sent(0).size() == 64);
}

TEST_CASE_METHOD(Fixture, "a short frame is padded with zeros", "[datapath]") {
  Transmitter transmitter({{second.ethdev(), 0}}, counters);
  for (const std::size_t length : {1U, 14U, 59U, 60U, 61U, 1'514U}) {
    // The room behind the frame is not clean.
    rte_mbuf* dirty = frame(0xee, std::max<std::size_t>(length, 100));
    rte_pktmbuf_trim(dirty,
                     static_cast<std::uint16_t>(std::max<std::size_t>(length, 100) - length));
    transmitter.send(PortId(0), dirty);
    transmitter.flush();
    Bytes expected(length, 0xee);
    if (length < 60) expected.resize(60, 0);
    CHECK(second.sent(0) == Frames{expected});
  }
}

TEST_CASE_METHOD(Fixture, "without a queue of its own a worker sends by another", "[datapath]") {
  SharedRing<rte_mbuf*> outbound(8);
  {
    Transmitter without({{second.ethdev(), std::nullopt, &outbound}}, counters);
    for (std::uint8_t i = 0; i < 11; ++i) without.send(PortId(0), frame(i));
    without.flush();
    CHECK(counters.value(Verdict::transmit_full) == 3);
  }
  Transmitter other({{first.ethdev(), 0}, {second.ethdev(), 0}}, counters);
  rte_mbuf* taken = nullptr;
  while (outbound.pop_some({&taken, 1}) == 1) other.send_by_ethdev(taken);
  other.flush();
  CHECK(first.sent(0).empty());
  const auto sent = second.sent(0);
  REQUIRE(sent.size() == 8);
  for (std::uint8_t i = 0; i < 8; ++i) CHECK(sent[i] == Bytes(60, i));
}

TEST_CASE_METHOD(Fixture, "a frame for an unknown port is freed", "[datapath]") {
  Transmitter transmitter({{first.ethdev(), 0}}, counters);
  rte_mbuf* lost = frame(1);
  lost->port = 9'999;
  transmitter.send_by_ethdev(lost);
  CHECK(test::frames_in_use() == 0);
}

TEST_CASE_METHOD(Fixture, "what was not flushed is freed", "[datapath]") {
  Transmitter transmitter({{first.ethdev(), 0}}, counters);
  transmitter.send(PortId(0), frame(1));
}

}  // namespace drover::datapath
