// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/rates.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

TEST_CASE("rates are counts by the daemon's own seconds") {
  const auto before = sample_services();
  auto after = before;
  after.uptime_seconds += 0.5;
  auto& service = after.services[0];
  service.totals.packets += 100;
  service.servers[1].totals.bytes += 3;
  const Rates rates(before, after);
  REQUIRE(rates.of(service)->packets == 200);
  REQUIRE(rates.of(service)->connections == 0);
  REQUIRE(rates.of(service, service.servers[1])->bytes == 6);
}

TEST_CASE("what is new, or was counted anew, has no rate") {
  const auto before = sample_services();
  auto after = before;
  after.uptime_seconds += 1;
  auto& service = after.services[0];
  service.servers[0].totals.packets -= 1;
  service.servers[1].address = ip("192.0.2.99");
  const Rates rates(before, after);
  REQUIRE(rates.of(service));
  REQUIRE_FALSE(rates.of(service, service.servers[0]));
  REQUIRE_FALSE(rates.of(service, service.servers[1]));
}

TEST_CASE("a daemon that was started anew has no rates") {
  const auto before = sample_services();
  auto after = before;
  after.uptime_seconds = 1;
  REQUIRE_FALSE(Rates(before, after).of(after.services[0]));
  REQUIRE_FALSE(Rates(before, before).of(before.services[0]));
}

}  // namespace
}  // namespace drover::client
