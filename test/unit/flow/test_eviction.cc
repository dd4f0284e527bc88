// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "lib/net/wire.h"
#include "test/unit/catch.h"
#include "test/unit/flow/table_fixture.h"

namespace drover::flow {
namespace {

constexpr Tick start(Tick::mask - 50);
using Key = ConnectionKeyV4;

struct Resident {
  std::string name;
  TcpState state;
  unsigned packets;
  bool adopted;
  unsigned left;  // ticks to expiry
  Removal reason;
};

// In the order in which they must give way.
const std::vector<Resident> residents{
    {"SYN 10", TcpState::syn_received, 1, false, 10, Removal::evicted_embryonic},
    {"SYN 20, much retransmitted", TcpState::syn_received, 7, false, 20,
     Removal::evicted_embryonic},
    {"adopted ACK", TcpState::established, 1, true, 3600, Removal::evicted_tentative},
    {"SYN and ACK", TcpState::established, 2, false, 3000, Removal::evicted_tentative},
    {"SYN and ACK, later", TcpState::established, 2, false, 3600, Removal::evicted_tentative},
    {"adopted, much data", TcpState::established, 7, true, 3600, Removal::evicted_tentative},
    {"closed", TcpState::close, 4, false, 40, Removal::evicted_closing},
    {"finishing", TcpState::fin_wait, 7, false, 480, Removal::evicted_closing},
};

ConnectionV4 make(std::uint64_t number, const Resident& resident) {
  const Tick expires = start + Ticks(resident.left);
  ConnectionV4 entry(key_of<Key>(number), DestinationId(static_cast<std::uint32_t>(number)),
                     resident.state, expires);
  for (unsigned i = 1; i < resident.packets; ++i) entry.touch(resident.state, expires);
  entry.set_adopted(resident.adopted);
  return entry;
}

}  // namespace

TEST_CASE("a full table evicts in order and never a solid connection", "[flow]") {
  TestTable<ConnectionV4> table(4);  // two buckets, so every key may live anywhere
  // Whatever the slots they stand in.
  const unsigned first = GENERATE(range(0U, 8U));
  for (unsigned i = 0; i < 8; ++i) {
    const unsigned number = (first + i * 3) % 8;
    REQUIRE(table.insert(make(number, residents[number]), table.hash(key_of<Key>(number)), start,
                         ignore_removal));
  }
  REQUIRE(table.size() == 8);
  const Tick later = start + Ticks(3600);
  for (unsigned i = 0; i < 8; ++i) {
    unsigned reports = 0;
    const TcpState state = i % 2 == 0 ? TcpState::established : TcpState::udp;
    ConnectionV4* newcomer = table.insert_solid(
        key_of<Key>(100 + i), state, later, start, [&](const ConnectionV4& entry, Removal reason) {
          CAPTURE(residents[i].name);
          CHECK(residents[entry.destination().value()].name == residents[i].name);
          CHECK(reason == residents[i].reason);
          ++reports;
        });
    REQUIRE(newcomer != nullptr);
    CHECK(reports == 1);
    CHECK(table.find(key_of<Key>(i), start, ignore_removal) == nullptr);
  }
  const auto never = [](const ConnectionV4&, Removal) { FAIL("evicted"); };
  CHECK(table.insert_solid(key_of<Key>(200), TcpState::established, later, start, never) ==
        nullptr);
  CHECK(table.size() == 8);
  for (unsigned i = 0; i < 8; ++i) CHECK(table.find(key_of<Key>(100 + i), start, never) != nullptr);
}

TEST_CASE("an expired connection gives way before any other", "[flow]") {
  TestTable<ConnectionV4> table(4);
  const unsigned solid = GENERATE(range(0U, 8U));
  for (unsigned i = 0; i < 8; ++i) {
    const Tick expires = start + Ticks(i == solid ? 10 : 3600);
    if (i == solid) {
      table.insert_solid(key_of<Key>(i), TcpState::established, expires, start, ignore_removal);
    } else {
      const ConnectionV4 embryonic(key_of<Key>(i), DestinationId(1), TcpState::syn_received,
                                   expires);
      table.insert(embryonic, table.hash(embryonic.key()), start, ignore_removal);
    }
  }
  unsigned reports = 0;
  REQUIRE(table.insert_solid(key_of<Key>(100), TcpState::established, start + Ticks(100),
                             start + Ticks(11), [&](const ConnectionV4& entry, Removal reason) {
                               CHECK(entry.key() == key_of<Key>(solid));
                               CHECK(reason == Removal::expired);
                               ++reports;
                             }));
  CHECK(reports == 1);
  CHECK(table.size() == 8);
}

TEST_CASE("connections that carry data outlive a flood of ten times the table", "[flow]") {
  enum class Flood { syns, syn_ack_pairs, stray_acks, datagrams };
  const auto flood =
      GENERATE(Flood::syns, Flood::syn_ack_pairs, Flood::stray_acks, Flood::datagrams);
  CAPTURE(static_cast<int>(flood));
  constexpr std::uint64_t capacity = 2000;
  TestTable<ConnectionV4> table(capacity);
  const Timeouts timeouts;
  for (std::uint64_t i = 0; i < 200; ++i)
    table.insert_solid(key_of<Key>(i), TcpState::established,
                       start + timeouts[TcpState::established], start, ignore_removal);

  std::size_t refused = 0;
  std::size_t expired_ones = 0;
  const auto on_removed = [&](const ConnectionV4& entry, Removal reason) {
    REQUIRE(entry.key().vip != VipId(1));
    if (reason == Removal::expired) ++expired_ones;
  };
  Tick now = start;
  for (std::uint32_t i = 0; i < capacity * 2 * 10; ++i) {
    if (i % 100 == 0) now = now + Ticks(1);
    Key key = key_of<Key>(scrambled(i));
    key.vip = VipId(2);
    TcpState state = TcpState::udp;
    if (flood == Flood::stray_acks) state = next_state(TcpState::none, TcpHeader::ack);
    if (flood == Flood::syns || flood == Flood::syn_ack_pairs)
      state = next_state(TcpState::none, TcpHeader::syn);
    ConnectionV4 fresh(key, DestinationId(1), state, now + timeouts[state]);
    fresh.set_adopted(flood == Flood::stray_acks);
    if (table.insert(fresh, table.hash(key), now, on_removed) == nullptr) ++refused;
    if (flood == Flood::syn_ack_pairs)
      if (ConnectionV4* entry = table.find(key, now, on_removed)) {
        const TcpState next = next_state(entry->state(), TcpHeader::ack);
        entry->touch(next, now + timeouts[next]);
      }
  }
  CHECK(refused == 0);
  CHECK(table.size() > capacity);
  for (std::uint64_t i = 0; i < 200; ++i)
    CHECK(table.find(key_of<Key>(i), now, on_removed) != nullptr);
}

}  // namespace drover::flow
