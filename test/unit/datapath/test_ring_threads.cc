// SPDX-License-Identifier: BSD-3-Clause
#include <poll.h>

#include <array>
#include <cstdint>
#include <span>
#include <thread>
#include <vector>

#include "lib/base/counter.h"
#include "lib/base/doorbell.h"
#include "lib/datapath/ring.h"
#include "lib/datapath/shared_ring.h"
#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

struct Message {
  std::uint32_t producer = 0;
  std::uint32_t number = 0;
};

}  // namespace

TEST_CASE("a ring is full at its size and empty at none", "[datapath]") {
  Ring<Message> ring(7);
  CHECK(ring.empty());
  CHECK(ring.room() == 7);
  for (std::uint32_t i = 0; i < 7; ++i) CHECK(ring.push({0, i}));
  CHECK_FALSE(ring.push({}));
  CHECK(ring.room() == 0);
  std::vector<Message> out(20);
  REQUIRE(ring.pop_some(out) == 7);
  for (std::uint32_t i = 0; i < 7; ++i) CHECK(out[i].number == i);
  CHECK(ring.pop_some(out) == 0);
  CHECK(ring.empty());
}

TEST_CASE("a shared ring is full at its size and empty at none", "[datapath]") {
  SharedRing<Message> ring(8);
  for (std::uint32_t round = 0; round < 3; ++round) {
    CHECK(ring.empty());
    for (std::uint32_t i = 0; i < 8; ++i) CHECK(ring.push({round, i}));
    CHECK_FALSE(ring.push({}));
    std::vector<Message> out(20);
    REQUIRE(ring.pop_some(std::span(out).first(3)) == 3);
    REQUIRE(ring.pop_some(std::span(out).subspan(3)) == 5);
    for (std::uint32_t i = 0; i < 8; ++i) CHECK(out[i].number == i);
    CHECK(out[7].producer == round);
    CHECK(ring.pop_some(out) == 0);
    CHECK(ring.push({round, 8}));
    CHECK(ring.pop_some(out) == 1);
  }
}

TEST_CASE("many push to a shared ring, each producer's messages in order", "[datapath]") {
  constexpr std::uint32_t producers = 3;
  constexpr std::uint32_t messages = 20'000;
  SharedRing<Message> ring(64);
  std::vector<std::thread> threads;
  for (std::uint32_t producer = 0; producer < producers; ++producer)
    threads.emplace_back([&ring, producer] {
      for (std::uint32_t number = 0; number < messages;)
        if (ring.push({producer, number}))
          ++number;
        else
          std::this_thread::yield();
    });
  std::vector<std::uint32_t> next(producers, 0);
  std::uint32_t out_of_order = 0;
  for (std::uint32_t received = 0; received < producers * messages;) {
    std::array<Message, 16> some;
    const unsigned count = ring.pop_some(some);
    for (unsigned i = 0; i < count; ++i)
      if (some[i].number != next.at(some[i].producer)++) ++out_of_order;
    received += count;
    if (count == 0) std::this_thread::yield();
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(out_of_order == 0);
  CHECK(ring.empty());
}

TEST_CASE("a counter is read while it is written", "[datapath]") {
  Counter counter;
  std::thread writer([&] {
    for (int i = 0; i < 50'000; ++i) counter.add(1);
  });
  std::uint64_t before = 0;
  bool went_back = false;
  while (before < 50'000) {
    const std::uint64_t now = counter.value();
    went_back |= now < before;
    before = now;
  }
  writer.join();
  CHECK_FALSE(went_back);
}

TEST_CASE("no ring of the doorbell is lost", "[datapath]") {
  constexpr std::uint32_t messages = 20'000;
  Doorbell doorbell;
  Ring<Message> ring(63);
  std::thread producer([&] {
    for (std::uint32_t number = 0; number < messages;)
      if (ring.push({0, number})) {
        doorbell.ring();
        ++number;
      } else {
        std::this_thread::yield();
      }
  });
  std::uint32_t received = 0;
  bool woke = true;
  while (received < messages && woke) {
    pollfd waiting{.fd = doorbell.descriptor(), .events = POLLIN, .revents = 0};
    woke = poll(&waiting, 1, 10'000) == 1;
    doorbell.answer();
    std::array<Message, 16> some;
    while (const unsigned count = ring.pop_some(some)) received += count;
  }
  producer.join();
  CHECK(received == messages);
}

}  // namespace drover::datapath
