// SPDX-License-Identifier: BSD-3-Clause
#include "test/unit/balance/walk.h"

namespace drover::balance {
namespace {

constexpr std::uint64_t day = 86'400'000'000'000;

}  // namespace

TEST_CASE("lblc stays with a server until it is busy and another idle", "[balance]") {
  Walk walk("lblc", "a2b4");
  CHECK(walk.fill(3) == "aaa");   // 3 active, more than its weight
  CHECK(walk.fill(1) == "b");     // b has less than half of its weight: the least loaded
  CHECK(walk.fill(4) == "bbbb");  // from then on b
  CHECK(walk.fill(2) == "bb");    // busy, but a is not idle enough
  walk.load('a').active = 1;      // half of its weight is too much, too
  CHECK(walk.fill(1) == "b");
  walk.load('a').active = 0;  // now it is
  CHECK(walk.fill(1) == "a");
}

TEST_CASE("lblc leaves a server that is drained or gone", "[balance]") {
  Walk walk("lblc", "ab");
  CHECK(walk.picks(2) == "aa");
  walk.change("a0b");
  CHECK(walk.picks(2) == "bb");
  walk.change("ab");
  CHECK(walk.picks(1) == "b");
  walk.change("a");
  CHECK(walk.picks(1) == "a");
  // A threshold is no reason.
  walk.change("ab");
  walk.load('a').overloaded = true;
  CHECK(walk.picks(1) == "a");
}

TEST_CASE("lblc forgets what nobody has used for a day", "[balance]") {
  Walk walk("lblc", "ab");
  CHECK(walk.picks(1) == "a");
  walk.load('a').active = 1;
  walk.now = day - 1;
  CHECK(walk.picks(1) == "a");
  walk.now += day - 1;
  CHECK(walk.picks(1) == "a");
  walk.now += day;
  CHECK(walk.picks(1) == "b");
}

TEST_CASE("lblcr adds a server when those it has are busy", "[balance]") {
  Walk walk("lblcr", "a2b4c4");
  CHECK(walk.fill(3) == "aaa");
  CHECK(walk.fill(1) == "b");     // a is busy: b joins
  CHECK(walk.fill(4) == "bbbb");  // the less loaded of the two
  CHECK(walk.fill(1) == "c");     // b and a are busy: c joins
  CHECK(walk.fill(4) == "cccc");
  walk.load('a').active = 0;
  CHECK(walk.fill(1) == "a");  // still a member
}

TEST_CASE("lblcr drops the most loaded server after a day without change", "[balance]") {
  Walk walk("lblcr", "a2b4");
  CHECK(walk.fill(4) == "aaab");
  walk.load('a').active = 9;
  walk.load('b').active = 1;
  walk.now = day / 2;
  CHECK(walk.picks(1) == "b");
  walk.now = day + 1;
  CHECK(walk.picks(1) == "b");  // a has left by now
  walk.load('a').active = 0;
  walk.load('b').active = 4;
  CHECK(walk.picks(1) == "b");  // as a member, a would get it
}

TEST_CASE("lblcr leaves out members that are drained or gone", "[balance]") {
  Walk walk("lblcr", "ab");
  CHECK(walk.picks(1) == "a");
  walk.change("a0b");
  CHECK(walk.picks(1) == "b");
  walk.change("b");
  CHECK(walk.picks(1) == "b");
  walk.change("ab");
  walk.load('b').active = 1;
  CHECK(walk.picks(1) == "a");
}

}  // namespace drover::balance
