// SPDX-License-Identifier: BSD-3-Clause
// DPDK's own virtual devices stand for cards: net_ring has a filter that takes a further address,
// net_tap has none but takes all frames when it is told to; a port that is gone can do neither.
#include "drivers/further_mac.h"

#include <net/if.h>
#include <rte_ethdev.h>
#include <unistd.h>

#include "drivers/hotplug.h"
#include "test/harness/ring_port.h"
#include "test/harness/test_eal.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

constexpr MacAddress virtual_mac{{0, 0, 0x5e, 0, 1, 51}};

TEST_CASE("a filter takes a further address") {
  const test::RingPort port(1, 64);
  const auto received = receive_by_ethdev(port.ethdev(), virtual_mac);
  REQUIRE(received);
  CHECK(*received == MacReception::filtered);
}

TEST_CASE("a port without a filter takes all frames") {
  test::start_eal();
  if (geteuid() != 0) {
    WARN("SKIPPED: a tap needs root");
    return;
  }
  const auto tap = HotplugDevice::probe("tap", "net_tap0,iface=drover-mac");
  REQUIRE(tap);
  const auto received = receive_by_ethdev(tap->port(), virtual_mac);
  REQUIRE(received);
  CHECK(*received == MacReception::promiscuous);
  CHECK(rte_eth_promiscuous_get(tap->port()) == 1);
}

TEST_CASE("a port that can do neither says so") {
  test::start_eal();
  const auto received = receive_by_ethdev(RTE_MAX_ETHPORTS - 1, virtual_mac);
  REQUIRE(!received);
  CHECK(received.error().what.find("takes no frames for 00:00:5e:00:01:33") == 0);
}

TEST_CASE("an interface that is not there says so") {
  const auto received = receive_by_interface("drover-none", virtual_mac);
  REQUIRE(!received);
  CHECK(received.error().where == "drover-none");
}

}  // namespace
}  // namespace drover
