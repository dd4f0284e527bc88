// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <unordered_map>
#include <vector>

#include "test/unit/catch.h"
#include "test/unit/flow/table_fixture.h"

namespace drover::flow {
namespace {

constexpr Tick start(1000);
constexpr Tick late = start + Ticks(3600);

// What the table must hold: a plain map that learns of removals by the table's reports alone, and
// whose clock does not wrap.
template <class Entry>
class Model {
 public:
  using Key = typename Entry::Key;

  explicit Model(std::uint64_t capacity) : table_(capacity) {}

  void step(std::mt19937_64& random) {
    advance(static_cast<std::uint32_t>(random() % 4));
    const auto number = random() % (table_.capacity() * 3);
    const auto choice = random() % 100;
    if (choice < 90)
      packet(number, random);
    else if (choice < 94)
      erase(number);
    else
      table_.sweep(now_, 16, on_removed());
    REQUIRE(table_.size() == expected_.size());
  }

  void check_all() {
    std::size_t met = 0;
    table_.walk(0, table_.bucket_count(), [&](const Entry& entry) {
      const auto at = expected_.find(number_of(entry));
      REQUIRE(at != expected_.end());
      REQUIRE(same(at->second.entry, entry));
      ++met;
    });
    REQUIRE(met == expected_.size());
  }

  void empty() {
    while (!expected_.empty()) {
      advance(1);
      table_.sweep(now_, table_.bucket_count(), on_removed());
    }
    REQUIRE(table_.size() == 0);
    REQUIRE(table_.memory_is_zero());
  }

  std::size_t removals(Removal reason) const { return removals_[static_cast<std::size_t>(reason)]; }
  std::size_t refused() const { return refused_; }

 private:
  struct Expected {
    Entry entry;
    std::uint64_t expires;
  };

  void advance(std::uint32_t ticks) {
    time_ += ticks;
    now_ = now_ + Ticks(ticks);
  }
  static std::uint64_t number_of(const Entry& entry) { return entry.destination().value(); }
  static bool same(const Entry& a, const Entry& b) {
    return a.key() == b.key() && a.destination() == b.destination() && a.state() == b.state() &&
           a.expires() == b.expires() && a.packets() == b.packets() && a.adopted() == b.adopted();
  }

  auto on_removed() {
    return [this](const Entry& entry, Removal reason) {
      const auto at = expected_.find(number_of(entry));
      REQUIRE(at != expected_.end());  // once, and only what was there
      REQUIRE(same(at->second.entry, entry));
      REQUIRE((at->second.expires < time_) == (reason == Removal::expired));
      ++removals_[static_cast<std::size_t>(reason)];
      expected_.erase(at);
    };
  }

  void packet(std::uint64_t number, std::mt19937_64& random) {
    const Key key = key_of<Key>(number);
    const auto at = expected_.find(number);
    const bool live = at != expected_.end() && at->second.expires >= time_;
    Entry* entry = table_.find(key, now_, on_removed());
    REQUIRE((entry != nullptr) == live);
    const auto timeout = static_cast<std::uint32_t>(random() % 3000);
    const Tick expires = now_ + Ticks(timeout);
    const auto state = static_cast<TcpState>(1 + random() % 12);
    if (entry != nullptr) {
      REQUIRE(same(at->second.entry, *entry));
      entry->touch(state, expires);
      at->second.entry.touch(state, expires);
      at->second.expires = time_ + timeout;
      return;
    }
    REQUIRE(expected_.count(number) == 0);
    Entry fresh(key, DestinationId(static_cast<std::uint32_t>(number)), state, expires);
    fresh.set_adopted(random() % 8 == 0);
    entry = table_.insert(fresh, table_.hash(key), now_, on_removed());
    if (entry == nullptr) {
      ++refused_;
      return;
    }
    REQUIRE(same(fresh, *entry));
    expected_.emplace(number, Expected{fresh, time_ + timeout});
  }

  void erase(std::uint64_t number) {
    Entry* entry = table_.find(key_of<Key>(number), now_, on_removed());
    if (entry == nullptr) return;
    table_.erase(entry);
    expected_.erase(number);
  }

  TestTable<Entry> table_;
  std::unordered_map<std::uint64_t, Expected> expected_;
  std::uint64_t time_ = 0;
  Tick now_{Tick::mask - 5000};
  std::array<std::size_t, 4> removals_{};
  std::size_t refused_ = 0;
};

}  // namespace

TEMPLATE_TEST_CASE("a table holds what a map holds while the clock goes round", "[flow]",
                   ConnectionV4, ConnectionV6) {
  const std::uint64_t capacity = GENERATE(4, 10, 100, 1000);
  CAPTURE(capacity);
  Model<TestType> model(capacity);
  std::mt19937_64 random(capacity);
  for (int round = 0; round < 20; ++round) {
    for (int step = 0; step < 20'000; ++step) model.step(random);
    model.check_all();
  }
  CHECK(model.removals(Removal::expired) > 1000);
  model.empty();
}

TEMPLATE_TEST_CASE("a table takes 32 bytes a connection, IPv6 64", "[flow]", ConnectionV4,
                   ConnectionV6) {
  using Table = ConnectionTable<TestType>;
  const std::size_t each = sizeof(TestType) * 2;
  CHECK(Table::bytes_for(1'000'000) == 1'000'000 * each);
  CHECK(Table::bytes_for(16'000'000) == 16'000'000 * each);
  CHECK(Table::bytes_for(7) == 8 * each);
  CHECK(Table::bytes_for(0) == 4 * each);
  CHECK(TestTable<TestType>(1000).capacity() == 1000);
}

TEMPLATE_TEST_CASE("no connection is refused at the planned load, few far beyond", "[flow]",
                   ConnectionV4, ConnectionV6) {
  using Key = typename TestType::Key;
  const std::uint64_t capacity = GENERATE(1000, 100'000);
  const bool neighbours = GENERATE(true, false);
  TestTable<TestType> table(capacity);
  const auto never = [](const TestType&, Removal) { FAIL("removed"); };
  const auto key = [neighbours](std::uint64_t i) {
    return key_of<Key>(neighbours ? i : scrambled(static_cast<std::uint32_t>(i)));
  };
  std::vector<Key> held;
  std::uint64_t next = 0;
  for (const unsigned percent : {50U, 80U, 90U}) {  // of the slots; 50 are planned
    std::size_t refused = 0;
    for (; next < capacity * 2 * percent / 100; ++next) {
      if (table.insert_solid(key(next), TcpState::established, late, start, never) != nullptr)
        held.push_back(key(next));
      else
        ++refused;
    }
    CAPTURE(capacity, neighbours, percent, refused);
    const std::size_t bearable = percent == 50 ? 0 : next / (percent == 80 ? 10'000 : 100);
    CHECK(refused <= bearable);
  }
  for (const Key& one : held) REQUIRE(table.find(one, start, never)->key() == one);
  for (std::uint64_t i = next; i < 2 * next; ++i)
    REQUIRE(table.find(key(i), start, never) == nullptr);
  for (const Key& one : held) table.erase(table.find(one, start, never));
  CHECK(table.memory_is_zero());
}

TEMPLATE_TEST_CASE("what its bucket has no room for lives in the other one", "[flow]", ConnectionV4,
                   ConnectionV6) {
  using Key = typename TestType::Key;
  TestTable<TestType> table(64);
  // Alone in the table a connection is in its primary bucket.
  std::vector<Key> keys;
  const std::byte* bucket = nullptr;
  constexpr std::size_t bucket_size = sizeof(ConnectionBucket<TestType>);
  for (std::uint64_t i = 0; keys.size() < 6; ++i) {
    const Key key = key_of<Key>(i);
    TestType* entry = table.insert_solid(key, TcpState::established, late, start, ignore_removal);
    const auto* at = reinterpret_cast<const std::byte*>(entry);
    if (bucket == nullptr) bucket = at - reinterpret_cast<std::uintptr_t>(at) % bucket_size;
    if (at >= bucket && at < bucket + bucket_size) keys.push_back(key);
    table.erase(entry);
  }
  CHECK(table.memory_is_zero());

  std::set<const TestType*> places;
  for (const Key& key : keys)
    places.insert(table.insert_solid(key, TcpState::established, late, start, ignore_removal));
  CHECK(places.size() == 6);
  const auto inside = std::count_if(places.begin(), places.end(), [&](const TestType* entry) {
    const auto* at = reinterpret_cast<const std::byte*>(entry);
    return at >= bucket && at < bucket + bucket_size;
  });
  CHECK(inside == 4);
  for (const Key& key : keys) CHECK(table.find(key, start, ignore_removal)->key() == key);

  // Those away are found after the bucket has emptied, and leave no trace.
  for (std::size_t i = 0; i < 4; ++i) table.erase(table.find(keys[i], start, ignore_removal));
  CHECK(table.find(keys[4], start, ignore_removal) != nullptr);
  CHECK(table.find(keys[5], start, ignore_removal) != nullptr);
  table.erase(table.find(keys[4], start, ignore_removal));
  CHECK(table.find(keys[5], start, ignore_removal) != nullptr);
  CHECK_FALSE(table.memory_is_zero());
  table.erase(table.find(keys[5], start, ignore_removal));
  CHECK(table.memory_is_zero());
}

TEMPLATE_TEST_CASE("a connection is found by its hash alone, in either of its buckets", "[flow]",
                   ConnectionV4, ConnectionV6) {
  using Key = typename TestType::Key;
  TestTable<TestType> table(200);
  std::vector<Key> keys;
  for (std::uint64_t number = 0; number < 380; ++number)
    if (table.insert_solid(key_of<Key>(number), TcpState::established, late, start,
                           ignore_removal) != nullptr)
      keys.push_back(key_of<Key>(number));
  CHECK(keys.size() > 250);  // so that not all are in their first bucket
  for (const Key& key : keys) {
    const TestType* found = table.find_by_hash(table.hash(key));
    REQUIRE(found != nullptr);
    REQUIRE(found->key() == key);
  }
  for (std::uint64_t number = 1'000; number < 1'100; ++number)
    REQUIRE(table.find_by_hash(table.hash(key_of<Key>(number))) == nullptr);
}

TEST_CASE("a full bucket's connections move so that nothing is lost", "[flow]") {
  TestTable<ConnectionV4> table(10'000);
  std::uint64_t inserted = 0;
  while (table.insert_solid(key_of<ConnectionKeyV4>(inserted), TcpState::established, late, start,
                            [](const auto&, Removal) { FAIL("removed"); }) != nullptr)
    ++inserted;
  CAPTURE(inserted);
  CHECK(inserted > 16'000);  // of 20,000 slots; at 4,801 if none could move
  for (std::uint64_t i = 0; i < inserted; ++i)
    REQUIRE(table.find(key_of<ConnectionKeyV4>(i), start, ignore_removal) != nullptr);
}

TEST_CASE("a sweep is bounded, goes on where it ended and reports once", "[flow]") {
  TestTable<ConnectionV4> table(1000);
  for (std::uint64_t i = 0; i < 1000; ++i)
    table.insert_solid(key_of<ConnectionKeyV4>(i), TcpState::established,
                       start + Ticks(i % 2 == 0 ? 10 : 20), start, ignore_removal);
  std::set<std::uint64_t> removed;
  std::size_t in_this_step = 0;
  const auto on_removed = [&](const ConnectionV4& entry, Removal reason) {
    CHECK(reason == Removal::expired);
    CHECK(removed.insert(entry.key().packed()[0]).second);
    ++in_this_step;
  };
  table.sweep(start + Ticks(10), table.bucket_count(), on_removed);
  CHECK(removed.empty());
  for (std::size_t bucket = 0; bucket < table.bucket_count(); bucket += 7) {
    in_this_step = 0;
    table.sweep(start + Ticks(11), 7, on_removed);
    CHECK(in_this_step <= std::size_t{7} * 4);
  }
  CHECK(removed.size() == 500);
  CHECK(table.size() == 500);
  table.sweep(start + Ticks(21), 10'000'000, on_removed);
  CHECK(removed.size() == 1000);
  CHECK(table.memory_is_zero());
}

TEST_CASE("a walk meets every connection, may erase it, and ends", "[flow]") {
  TestTable<ConnectionV4> table(1000);
  for (std::uint64_t i = 0; i < 1500; ++i)
    table.insert_solid(key_of<ConnectionKeyV4>(i), TcpState::established, late, start,
                       ignore_removal);
  std::set<std::uint64_t> met;
  std::size_t from = 0;
  for (unsigned calls = 0; from < table.bucket_count(); ++calls) {
    from = table.walk(from, 33, [&](ConnectionV4& entry) {
      CHECK(met.insert(entry.key().packed()[0]).second);
      table.erase(&entry);
    });
    REQUIRE(calls <= table.bucket_count() / 33);
  }
  CHECK(met.size() == 1500);
  CHECK(table.memory_is_zero());
  CHECK(table.walk(from, 33, [](ConnectionV4&) { FAIL("beyond the end"); }) == from);
}

TEMPLATE_TEST_CASE("a table moves to larger memory with all that lives", "[flow]", ConnectionV4,
                   ConnectionV6) {
  using Key = typename TestType::Key;
  TestTable<TestType> table(4);
  std::map<typename Key::Packed, TestType> expected;
  for (std::uint64_t i = 0; i < 8; ++i) {
    const Key key = key_of<Key>(i);
    const Tick expires = i % 4 == 0 ? start + Ticks(1) : late;
    auto* entry = table.insert_solid(key, TcpState::established, expires, start, ignore_removal);
    REQUIRE(entry != nullptr);
    expected.emplace(key.packed(), *entry);
  }
  const auto memory = std::make_unique<std::array<typename TestTable<TestType>::Bucket, 500>>();
  unsigned ended = 0;
  table.move_to(std::as_writable_bytes(std::span(*memory)), start + Ticks(2),
                [&](const TestType&, Removal reason) {
                  CHECK(reason == Removal::expired);
                  ++ended;
                });
  CHECK(ended == 2);
  CHECK(table.size() == 6);
  CHECK(table.capacity() == 1'000);
  for (std::uint64_t i = 0; i < 8; ++i) {
    const TestType* found = table.find(key_of<Key>(i), start + Ticks(2), ignore_removal);
    REQUIRE((found != nullptr) == (i % 4 != 0));
    if (found == nullptr) continue;
    CHECK(std::memcmp(found, &expected.at(key_of<Key>(i).packed()), sizeof *found) == 0);
  }
  for (std::uint64_t i = 8; i < 1'008; ++i)
    REQUIRE(table.insert_solid(key_of<Key>(i), TcpState::established, late, start,
                               ignore_removal) != nullptr);
}

}  // namespace drover::flow
