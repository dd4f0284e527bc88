// SPDX-License-Identifier: BSD-3-Clause
// IPVS adds servers one by one, each in front of the others, and adapts its bar each time: where it
// starts depends on all weights. The sequences are what Linux 6.1 did.
#include <algorithm>

#include "test/unit/balance/walk.h"

namespace drover::balance {
namespace {

class Wrr : public Walk {
 public:
  explicit Wrr(std::string_view servers, std::uint32_t worker = 0)
      : Walk("wrr", servers, {}, worker) {}
};

}  // namespace

TEST_CASE("wrr walks the list pass by pass", "[balance]") {
  CHECK(Wrr("c3b2a1").picks(18) == "cbaccbcbaccbcbaccb");
  CHECK(Wrr("b1a10").picks(22) == "baaaaaaaaaabaaaaaaaaaa");
  CHECK(Wrr("c2b3a4").picks(27) == "cbaabacbacbaabacbacbaabacba");
  CHECK(Wrr("c2b0a5").picks(14) == "caaaacacaaaaca");
  CHECK(Wrr("ab").picks(4) == "abab");
}

TEST_CASE("wrr starts its walk anew when a weight changes", "[balance]") {
  Wrr walk("cba3");
  CHECK(walk.picks(7) == "cbaaacb");
  walk.change("cba");
  walk.change("c4ba");
  CHECK(walk.picks(12) == "cbaccccbaccc");
}

TEST_CASE("wrr heeds every change, also those between two picks", "[balance]") {
  Wrr walk("ba3");
  CHECK(walk.picks(3) == "baa");  // the bar is at 3
  walk.change("ba");              // and now at 1
  walk.change("b4a");
  CHECK(walk.picks(4) == "babb");  // not "bb": from 3 it would go on
}

TEST_CASE("wrr and servers that may have nothing", "[balance]") {
  CHECK(Wrr("").picks(2) == "--");
  CHECK(Wrr("a0b0").picks(2) == "--");
  Wrr walk("a2b1");
  walk.load('a').overloaded = true;
  CHECK(walk.picks(3) == "bbb");
  walk.load('b').overloaded = true;
  CHECK(walk.picks(3) == "---");
  walk.load('a').overloaded = walk.load('b').overloaded = false;
  const std::string after = walk.picks(30);
  CHECK(std::ranges::count(after, 'a') == 20);
}

TEST_CASE("wrr gives shares by weight", "[balance]") {
  const std::string picked = Wrr("a6b4c2").picks(1'200);
  CHECK(std::ranges::count(picked, 'a') == 600);
  CHECK(std::ranges::count(picked, 'b') == 400);
  CHECK(std::ranges::count(picked, 'c') == 200);
}

TEST_CASE("workers start wrr out of phase", "[balance]") {
  // The first pick of each worker is the next of one worker's walk.
  std::string firsts;
  for (std::uint32_t worker = 0; worker < 6; ++worker) firsts += Wrr("c3b2a1", worker).picks(1);
  CHECK(firsts == Wrr("c3b2a1").picks(6));
  Wrr third("c3b2a1", 2);
  third.change("c3b2a2");
  CHECK(third.picks(1) == "a");
}

}  // namespace drover::balance
