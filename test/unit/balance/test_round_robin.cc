// SPDX-License-Identifier: BSD-3-Clause
#include <string>

#include "lib/balance/scheduler.h"
#include "test/unit/catch.h"

namespace drover::balance {
namespace {

// "ab0c": servers a, b of weight 0, c; a letter is its server's id.
class Walk {
 public:
  explicit Walk(std::string_view servers, std::uint32_t start = 0) {
    state_.position = start;
    change(servers);
  }

  void change(std::string_view servers) {
    SchedulerSettings settings{.candidates = {}, .generation = ++generation_};
    names_.clear();
    for (const char each : servers) {
      if (each >= '0' && each <= '9') {
        settings.candidates.back().weight = static_cast<std::uint32_t>(each - '0');
        continue;
      }
      names_ += each;
      settings.candidates.push_back({DestinationId(static_cast<std::uint32_t>(each)), 1});
    }
    scheduler_ = make_scheduler("rr", std::move(settings));
    REQUIRE(scheduler_ != nullptr);
  }

  std::string pick(int times) {
    std::string picked;
    for (; times > 0; --times) {
      const auto index = scheduler_->pick(state_);
      picked += index ? names_.at(*index) : '-';
    }
    return picked;
  }

 private:
  std::uint32_t generation_ = 0;
  std::string names_;
  std::unique_ptr<const Scheduler> scheduler_;
  SchedulerState state_;
};

}  // namespace

TEST_CASE("rr takes the servers in turn", "[balance]") {
  CHECK(Walk("abc").pick(7) == "abcabca");
  CHECK(Walk("a").pick(3) == "aaa");
  CHECK(Walk("").pick(2) == "--");
}

TEST_CASE("rr starts where it is told to", "[balance]") {
  CHECK(Walk("abc", 1).pick(4) == "bcab");
  CHECK(Walk("abc", 2).pick(4) == "cabc");
  CHECK(Walk("abc", 5).pick(4) == "cabc");
}

TEST_CASE("rr skips weight 0 and heeds no other weight", "[balance]") {
  CHECK(Walk("ab0c").pick(5) == "acaca");
  CHECK(Walk("a0b0c").pick(3) == "ccc");
  CHECK(Walk("a0b0").pick(2) == "--");
  CHECK(Walk("a9bc2").pick(6) == "abcabc");
}

TEST_CASE("rr goes on behind the last server when the list changes", "[balance]") {
  const auto after = [](int picks, std::string_view then, int times) {
    Walk walk("abcd");
    walk.pick(picks);  // the last: "abcd"[picks - 1]
    walk.change(then);
    return walk.pick(times);
  };
  CHECK(after(2, "abcd", 4) == "cdab");
  CHECK(after(2, "abxcd", 5) == "xcdab");  // added behind it
  CHECK(after(2, "xabcd", 5) == "cdxab");  // added before it
  CHECK(after(2, "acd", 3) == "cda");      // the last is gone: its successor
  CHECK(after(2, "bcd", 3) == "cdb");      // another is gone
  CHECK(after(4, "abc", 3) == "abc");      // the last of the list is gone
  CHECK(after(2, "dcba", 4) == "adcb");    // reordered
  CHECK(after(2, "xyz", 3) == "yzx");      // all others
  CHECK(after(2, "ab0cd", 4) == "cdac");   // drained
  CHECK(after(3, "", 2) == "--");
}

TEST_CASE("rr remembers where it was while no server could be had", "[balance]") {
  Walk walk("abc");
  CHECK(walk.pick(2) == "ab");
  walk.change("");
  CHECK(walk.pick(2) == "--");
  walk.change("a0b0c0");
  CHECK(walk.pick(2) == "--");
  walk.change("abc");
  CHECK(walk.pick(3) == "cab");
}

TEST_CASE("a change before the first pick keeps the start", "[balance]") {
  Walk walk("abc", 1);
  walk.change("abcd");
  CHECK(walk.pick(3) == "bcd");
}

TEST_CASE("only known schedulers are made", "[balance]") {
  for (const std::string_view name : scheduler_names()) CHECK(make_scheduler(name, {}) != nullptr);
  CHECK(make_scheduler("no such", {}) == nullptr);
  CHECK(make_scheduler("", {}) == nullptr);
}

}  // namespace drover::balance
