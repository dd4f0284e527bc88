// SPDX-License-Identifier: BSD-3-Clause
#include "test/unit/balance/walk.h"

namespace drover::balance {
namespace {

class Rr : public Walk {
 public:
  explicit Rr(std::string_view servers, std::uint32_t worker = 0)
      : Walk("rr", servers, {}, worker) {}
};

}  // namespace

TEST_CASE("rr takes the servers in turn", "[balance]") {
  CHECK(Rr("abc").picks(7) == "abcabca");
  CHECK(Rr("a").picks(3) == "aaa");
  CHECK(Rr("").picks(2) == "--");
}

TEST_CASE("rr starts where it is told to", "[balance]") {
  CHECK(Rr("abc", 1).picks(4) == "bcab");
  CHECK(Rr("abc", 2).picks(4) == "cabc");
  CHECK(Rr("abc", 5).picks(4) == "cabc");
}

TEST_CASE("rr skips weight 0 and heeds no other weight", "[balance]") {
  CHECK(Rr("ab0c").picks(5) == "acaca");
  CHECK(Rr("a0b0c").picks(3) == "ccc");
  CHECK(Rr("a0b0").picks(2) == "--");
  CHECK(Rr("a9bc2").picks(6) == "abcabc");
}

TEST_CASE("rr goes on behind the last server when the list changes", "[balance]") {
  const auto after = [](int picks, std::string_view then, int times) {
    Rr walk("abcd");
    walk.picks(picks);  // the last: "abcd"[picks - 1]
    walk.change(then);
    return walk.picks(times);
  };
  CHECK(after(2, "abcd", 4) == "cdab");
  CHECK(after(2, "abxcd", 5) == "xcdab");  // added behind it
  CHECK(after(2, "xabcd", 5) == "cdxab");  // added before it
  CHECK(after(2, "acd", 3) == "cda");      // the last is gone: its successor
  CHECK(after(2, "bcd", 3) == "cdb");      // another is gone
  CHECK(after(4, "abc", 3) == "abc");      // the last of the list is gone
  CHECK(after(2, "dcba", 4) == "adcb");    // reordered
  CHECK(after(2, "xyz", 3) == "xyz");      // all others
  CHECK(after(2, "ab0cd", 4) == "cdac");   // drained
  CHECK(after(3, "", 2) == "--");
}

TEST_CASE("rr follows each change, with no pick between", "[balance]") {
  const auto after = [](std::initializer_list<std::string_view> changes) {
    Rr walk("abcd");
    walk.picks(3);
    for (const std::string_view change : changes) walk.change(change);
    return walk.picks(4);
  };
  CHECK(after({"bcd", "bd"}) == "dbdb");  // one before it went, then the last one
  CHECK(after({"abd", "ad", "d"}) == "dddd");
  CHECK(after({"d", "xd", "yxd"}) == "yxdy");  // all before it went: from the front
  CHECK(after({"abd", "abcd"}) == "cdab");     // it went, and came back
  CHECK(after({"", "abcd"}) == "abcd");
}

TEST_CASE("rr remembers where it was while no server could be had", "[balance]") {
  Rr walk("abc");
  CHECK(walk.picks(2) == "ab");
  walk.change("a0b0c0");
  CHECK(walk.picks(2) == "--");
  walk.change("abc");
  CHECK(walk.picks(3) == "cab");
}

TEST_CASE("a change before the first pick keeps the start", "[balance]") {
  Rr walk("abc", 1);
  walk.change("abcd");
  CHECK(walk.picks(3) == "bcd");
}

TEST_CASE("rr passes overloaded servers over", "[balance]") {
  Rr walk("abc");
  CHECK(walk.picks(1) == "a");
  walk.load('b').overloaded = true;
  CHECK(walk.picks(3) == "cac");
  walk.load('a').overloaded = walk.load('c').overloaded = true;
  CHECK(walk.picks(2) == "--");
  walk.load('b').overloaded = false;
  CHECK(walk.picks(2) == "bb");
}

}  // namespace drover::balance
