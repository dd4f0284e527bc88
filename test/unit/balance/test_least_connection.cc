// SPDX-License-Identifier: BSD-3-Clause
// The schedulers that go by the number of connections. The sequences are what Linux 6.1 did.
#include "test/unit/balance/walk.h"

namespace drover::balance {

TEST_CASE("lc takes the server with the fewest connections, whatever its weight", "[balance]") {
  CHECK(Walk("lc", "c3b2a1").fill(9) == "cbacbacba");
  Walk walk("lc", "abc0");
  walk.load('a').inactive = 1;
  CHECK(walk.picks(1) == "b");
  walk.load('b').active = 1;
  CHECK(walk.picks(1) == "a");
  // An active one is 256 inactive ones, and itself a connection.
  walk.load('a').inactive = 256;
  CHECK(walk.picks(1) == "a");
  walk.load('a').inactive = 257;
  CHECK(walk.picks(1) == "a");
  walk.load('a').inactive = 258;
  CHECK(walk.picks(1) == "b");
  CHECK(walk.scheduler().needs_loads());
}

TEST_CASE("wlc takes the server with the fewest connections for its weight", "[balance]") {
  CHECK(Walk("wlc", "cba2").fill(12) == "cbaacbaacbaa");
  Walk walk("wlc", "a2b3");
  walk.load('a') = {.active = 2, .inactive = 0};
  walk.load('b') = {.active = 3, .inactive = 1};
  CHECK(walk.picks(1) == "a");
  walk.load('a').inactive = 1;
  CHECK(walk.picks(1) == "b");
}

TEST_CASE("sed counts the new connection, too", "[balance]") {
  CHECK(Walk("sed", "c3b2a1").fill(6) == "cbccba");
  Walk walk("sed", "a4b1");
  CHECK(walk.fill(4) == "aaaa");  // level at the fourth: the first in the list
  CHECK(walk.fill(1) == "b");
  walk.load('b').inactive = 1'000;
  walk.load('b').active = 0;
  CHECK(walk.picks(1) == "b");
}

TEST_CASE("nq takes an idle server first", "[balance]") {
  CHECK(Walk("nq", "c3b2a1").fill(18) == "cbaccbcbccbacbccba");
  Walk walk("nq", "a9b1");
  walk.load('a').active = 1;
  CHECK(walk.picks(1) == "b");
  walk.load('b').active = 1;
  CHECK(walk.picks(1) == "a");
}

TEST_CASE("fo takes the heaviest server", "[balance]") {
  Walk walk("fo", "c3b5a1");
  CHECK(walk.picks(2) == "bb");
  walk.change("c3b0a1");
  CHECK(walk.picks(2) == "cc");
  walk.load('c').overloaded = true;
  CHECK(walk.picks(1) == "a");
  walk.change("c0b0a0");
  CHECK(walk.picks(1) == "-");
  CHECK(Walk("fo", "a5b5").picks(2) == "aa");
}

TEST_CASE("ovf overflows to the next heaviest server", "[balance]") {
  Walk walk("ovf", "c1b3a2");
  CHECK(walk.fill(10) == "bbbbaaacc-");
  walk.load('b').active = 3;
  walk.load('b').inactive = 9;
  CHECK(walk.fill(2) == "b-");
}

TEST_CASE("nobody gets a connection who may have none", "[balance]") {
  for (const char* name : {"lc", "wlc", "sed", "nq", "fo", "ovf", "lblc", "lblcr", "twos"}) {
    INFO(name);
    CHECK(Walk(name, "").picks(1) == "-");
    CHECK(Walk(name, "a0b0").picks(1) == "-");
    Walk walk(name, "a1b0c1d1");
    walk.load('a').overloaded = true;
    walk.load('c').active = 1;
    walk.load('d').active = 5;
    CHECK(walk.picks(1) == "c");
    walk.load('c').overloaded = walk.load('d').overloaded = true;
    walk.now += 86'400'000'000'001;
    CHECK(walk.picks(1) == "-");
  }
}

}  // namespace drover::balance
