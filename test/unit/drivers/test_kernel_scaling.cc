// SPDX-License-Identifier: BSD-3-Clause
// A card as the kernel would tell of it.
#include "drivers/kernel_scaling.h"

#include <linux/ethtool.h>

#include <algorithm>
#include <array>

#include "test/unit/catch.h"

namespace drover {
namespace {

using Hashes = ReceiveSideScaling::Hashes;

struct Card {
  std::vector<std::uint32_t> table = {0, 1, 2, 3, 0, 1, 2, 3};
  std::vector<std::uint8_t> key = std::vector<std::uint8_t>(40, 7);
  std::uint8_t function = 1;
  std::uint8_t transform = 0;
  std::uint64_t udp = RXH_IP_SRC | RXH_IP_DST;

  bool answer(void* command) {
    const auto kind = *static_cast<const std::uint32_t*>(command);
    if (kind == ETHTOOL_GRXFH) return tell_fields(*static_cast<ethtool_rxnfc*>(command));
    return kind == ETHTOOL_GRSSH && tell_table(*static_cast<ethtool_rxfh*>(command));
  }

 private:
  bool tell_fields(ethtool_rxnfc& fields) const {
    const bool is_udp = fields.flow_type == UDP_V4_FLOW || fields.flow_type == UDP_V6_FLOW;
    fields.data = is_udp ? udp : RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3;
    return true;
  }
  // As the kernel: with sizes of 0 it tells them, and nothing else.
  bool tell_table(ethtool_rxfh& asked) const {
    if (asked.indir_size == 0) {
      asked.indir_size = static_cast<std::uint32_t>(table.size());
      asked.key_size = static_cast<std::uint32_t>(key.size());
      return true;
    }
    auto* room = reinterpret_cast<std::uint32_t*>(&asked) + sizeof asked / sizeof(std::uint32_t);
    std::ranges::copy(table, room);
    std::ranges::copy(key, reinterpret_cast<std::uint8_t*>(room + table.size()));
    asked.hfunc = function;
    asked.rsvd8[0] = transform;
    return true;
  }
};

auto read(Card card) {
  return read_kernel_scaling([&](void* command) { return card.answer(command); });
}

}  // namespace

TEST_CASE("a card's key, table and hashed fields are what the kernel tells") {
  const auto scaling = read({});
  REQUIRE(scaling);
  CHECK(scaling->tcp_v4 == Hashes::addresses_and_ports);
  CHECK(scaling->tcp_v6 == Hashes::addresses_and_ports);
  CHECK(scaling->udp_v4 == Hashes::addresses);
  CHECK(scaling->udp_v6 == Hashes::addresses);
  CHECK(scaling->key == Card().key);
  CHECK(std::ranges::equal(scaling->table, Card().table));
}

TEST_CASE("how another hash spreads is not known") {
  CHECK(!read({.function = 2}));
  CHECK(!read({.transform = 1}));
  CHECK(!read({.table = {}}));
  CHECK(!read({.key = {}}));
  CHECK(read({.udp = RXH_IP_SRC})->udp_v4 == Hashes::nothing);
  CHECK(!read_kernel_scaling([](void*) { return false; }));
  CHECK(!read_kernel_scaling(0U));
}

}  // namespace drover
