// SPDX-License-Identifier: BSD-3-Clause
#include "lib/datapath/held_frames.h"

#include <rte_mbuf.h>

#include <vector>

#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr std::uint64_t start = 1'000'000'000;
constexpr std::uint64_t longest = HeldFrames::longest_nanoseconds;

// Frames go by a number, their only byte.
class Fixture {
 public:
  Fixture() { test::start_eal(); }
  ~Fixture() {
    held.reset();
    CHECK(test::frames_in_use() == 0);
  }

  bool hold(std::uint32_t server, std::uint8_t number, std::uint64_t now = start) {
    const std::array<std::uint8_t, 1> bytes{number};
    return held->hold(Ipv4Address(server), DestinationId(server), test::make_frame(bytes), now);
  }
  // What comes free when these servers are resolved.
  std::vector<int> release(std::vector<std::uint32_t> resolved) {
    std::vector<int> numbers;
    held->release([&](DestinationId id) { return std::ranges::count(resolved, id.value()) > 0; },
                  [&](DestinationId, rte_mbuf* frame) {
                    numbers.push_back(test::bytes_of(frame)[0]);
                    rte_pktmbuf_free(frame);
                  });
    return numbers;
  }
  std::uint64_t overflow() const { return counters.value(Verdict::held_overflow); }
  std::uint64_t expired() const { return counters.value(Verdict::held_expired); }

  WorkerCounters counters;
  std::optional<HeldFrames> held{std::in_place, counters};
};

}  // namespace

TEST_CASE_METHOD(Fixture, "the first frame for a server asks for its address", "[datapath]") {
  CHECK(held->empty());
  CHECK(hold(1, 0));
  CHECK_FALSE(hold(1, 1));
  CHECK(hold(2, 2));
  CHECK_FALSE(hold(2, 3));
  CHECK_FALSE(held->empty());
}

TEST_CASE_METHOD(Fixture, "a server's frames come free in order", "[datapath]") {
  for (std::uint8_t i = 0; i < 5; ++i) hold(1, i);
  hold(2, 77);
  CHECK(release({3}).empty());
  CHECK(release({1}) == std::vector{0, 1, 2, 3, 4});
  CHECK(release({1}).empty());
  CHECK(release({2}) == std::vector{77});
  CHECK(held->empty());
  CHECK(hold(1, 9));  // and it asks again
}

TEST_CASE_METHOD(Fixture, "the oldest of a server's frames gives way", "[datapath]") {
  for (std::uint8_t i = 0; i < HeldFrames::most_per_server + 3; ++i) hold(1, i);
  CHECK(overflow() == 3);
  CHECK(release({1}) == std::vector{3, 4, 5, 6, 7, 8, 9, 10});
}

TEST_CASE_METHOD(Fixture, "all servers' frames together are bounded", "[datapath]") {
  constexpr std::uint32_t servers = HeldFrames::most / HeldFrames::most_per_server;
  for (std::uint32_t server = 1; server <= servers; ++server)
    for (std::uint8_t i = 0; i < HeldFrames::most_per_server; ++i) hold(server, i);
  CHECK(test::frames_in_use() == HeldFrames::most);
  CHECK_FALSE(hold(servers + 1, 0));  // no room: no need to ask, either
  CHECK(overflow() == 1);
  CHECK_FALSE(hold(1, 100));  // in the place of its own oldest
  CHECK(overflow() == 2);
  CHECK(test::frames_in_use() == HeldFrames::most);
  CHECK(release({1}) == std::vector{1, 2, 3, 4, 5, 6, 7, 100});
  CHECK(hold(servers + 1, 0));
}

TEST_CASE_METHOD(Fixture, "frames expire one by one", "[datapath]") {
  hold(1, 0, start);
  hold(1, 1, start + 10);
  hold(2, 2, start + 20);
  held->expire(start + longest - 1);
  CHECK(expired() == 0);
  held->expire(start + longest);
  CHECK(expired() == 1);
  held->expire(start + longest + 19);
  CHECK(expired() == 2);
  CHECK(hold(1, 3, start + longest + 19));  // the first again
  CHECK(release({1, 2}) == std::vector{3, 2});
}

TEST_CASE_METHOD(Fixture, "what is still held at the end is freed", "[datapath]") {
  for (std::uint8_t i = 0; i < 6; ++i) hold(i % 3U, i);
  CHECK(test::frames_in_use() == 6);
}

}  // namespace drover::datapath
