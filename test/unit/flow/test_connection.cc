// SPDX-License-Identifier: BSD-3-Clause
#include "lib/flow/connection_bucket.h"
#include "test/unit/catch.h"
#include "test/unit/flow/table_fixture.h"

namespace drover::flow {

TEMPLATE_TEST_CASE("a connection keeps its fields apart", "[flow]", ConnectionV4, ConnectionV6) {
  using Key = typename TestType::Key;
  Key key = key_of<Key>(0xffff'ffffU);
  key.client_port = key.virtual_port = 0xffff;
  key.vip = VipId(most_vips - 1);
  const DestinationId destination((1U << destination_bits) - 1);
  TestType entry(key, destination, TcpState::udp, Tick(Tick::mask));
  CHECK(entry.key() == key);
  CHECK(entry.destination() == destination);
  CHECK(entry.state() == TcpState::udp);
  CHECK(entry.expires() == Tick(Tick::mask));
  CHECK(entry.packets() == 1);
  CHECK_FALSE(entry.adopted());
  CHECK_FALSE(entry.unsynced());
  CHECK_FALSE(entry.slot_bit());

  entry.set_destination(DestinationId(0));
  CHECK(entry.key() == key);
  CHECK(entry.state() == TcpState::udp);
  CHECK(entry.expires() == Tick(Tick::mask));
  entry.set_destination(destination);
  entry.touch(TcpState::established, Tick(0));
  CHECK(entry.key() == key);
  CHECK(entry.destination() == destination);
  CHECK(entry.state() == TcpState::established);
  CHECK(entry.expires() == Tick(0));
  CHECK(entry.packets() == 2);

  entry.set_adopted(true);
  entry.set_unsynced(true);
  for (int i = 0; i < 10; ++i) entry.touch(TcpState::established, Tick(1));
  CHECK(entry.packets() == TestType::most_packets);
  CHECK(entry.adopted());
  CHECK(entry.unsynced());
  CHECK_FALSE(entry.slot_bit());
  entry.set_unsynced(false);
  CHECK(entry.adopted());

  entry.set_slot_bit(true);
  CHECK(entry.packets() == TestType::most_packets);
  CHECK(entry.key() == key);
  entry.clear();
  CHECK(entry.empty());
  CHECK(entry.slot_bit());
}

TEMPLATE_TEST_CASE("an empty slot has no key, not even that of all zeros", "[flow]", ConnectionV4,
                   ConnectionV6) {
  using Key = typename TestType::Key;
  ConnectionBucket<TestType> bucket{};
  CHECK(bucket.find(Key{}.packed(), VipId(0)) == nullptr);
  bucket.entries()[2].assign(TestType(Key{}, DestinationId(1), TcpState::close, Tick(0)));
  CHECK(bucket.find(Key{}.packed(), VipId(0)) == &bucket.entries()[2]);
}

TEST_CASE("a bucket counts up to 15 that are away", "[flow]") {
  ConnectionBucket<ConnectionV4> bucket{};
  CHECK(bucket.away() == 0);
  CHECK_FALSE(bucket.overflowed());
  for (unsigned count = 1; count <= 15; ++count) {
    CHECK(bucket.may_send_away());
    bucket.add_away();
    CHECK(bucket.away() == count);
    CHECK(bucket.overflowed());
    CHECK(bucket.find_room(Tick(0)) == bucket.entries().data());
  }
  CHECK_FALSE(bucket.may_send_away());
  for (unsigned count = 15; count > 0; --count) {
    CHECK(bucket.away() == count);
    bucket.remove_away();
  }
  CHECK_FALSE(bucket.overflowed());
}

}  // namespace drover::flow
