// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/traffic_history.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using Counted = std::pair<DestinationId, metrics::Traffic>;

metrics::Traffic so_many(std::uint64_t count, std::uint64_t active = 0) {
  return {.connections = count,
          .packets = 10 * count,
          .bytes = 100 * count,
          .active = active,
          .inactive = active};
}

TEST_CASE("a service's totals are the sum of its servers'") {
  TrafficHistory history;
  const Counted servers[] = {{DestinationId(1), so_many(5, 2)}, {DestinationId(2), so_many(7, 3)}};
  const metrics::Traffic total = history.total({}, servers);
  CHECK(total.connections == 12);
  CHECK(total.packets == 120);
  CHECK(total.bytes == 1'200);
  CHECK(total.active == 5);
  CHECK(total.inactive == 5);
}

TEST_CASE(
    "what a server has counted stays when it leaves, and is not counted twice when it returns") {
  TrafficHistory history;
  const Counted both[] = {{DestinationId(1), so_many(5, 2)}, {DestinationId(2), so_many(7, 3)}};
  const Counted first[] = {{DestinationId(1), so_many(6, 2)}};
  const Counted again[] = {{DestinationId(1), so_many(6, 2)}, {DestinationId(2), so_many(8, 3)}};
  history.total({}, both);
  CHECK(history.total({}, first).connections == 13);
  CHECK(history.total({}, first).active == 2);
  CHECK(history.total({}, again).connections == 14);
}

TEST_CASE("a counter that begins at 0 again does not take the total back") {
  TrafficHistory history;
  const Counted before[] = {{DestinationId(1), so_many(5)}};
  const Counted after[] = {{DestinationId(1), so_many(1)}};
  history.total({}, before);
  CHECK(history.total({}, after).connections == 6);
  CHECK(history.total({}, after).packets == 60);
}

TEST_CASE("services do not share their totals") {
  TrafficHistory history;
  const IpAddress ip;
  const auto tcp = config::Protocol::tcp;
  const Counted servers[] = {{DestinationId(1), so_many(5)}};
  history.total({ip, tcp, 80}, servers);
  CHECK(history.total({ip, tcp, 443}, {}).connections == 0);
}

}  // namespace
}  // namespace drover::control
