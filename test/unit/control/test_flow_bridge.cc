// SPDX-License-Identifier: BSD-3-Clause
// To which worker goes what the other balancer tells.
#include "lib/control/flow_bridge.h"

#include <array>
#include <memory>
#include <string>

#include "test/harness/in_process_plant.h"
#include "test/harness/receive_side_scaling.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using datapath::Crossing;
using datapath::FlowRecord;

struct Workers {
  explicit Workers(FlowOwner owner) : bridge({&first, &second}, std::move(owner)) {}

  unsigned received(Crossing& worker) {
    std::array<FlowRecord, 64> records;
    return worker.received_flows.pop_some(records);
  }
  // Of their own flows, as told to control.
  void tell(Crossing& worker, unsigned flows, bool of_table = false) {
    for (unsigned i = 0; i < flows; ++i) {
      FlowRecord record;
      record.of_table = of_table;
      REQUIRE(worker.flow_changes.push(record));
      if (i % 64 == 63) bridge.drain([](const FlowRecord&) {});
    }
    while (bridge.drain([](const FlowRecord&) {})) {
    }
  }

  Doorbell bell;
  Crossing first{bell};
  Crossing second{bell};
  FlowBridge bridge;
};

std::optional<WorkerId> always_second(const FlowRecord& /*record*/) {
  return WorkerId(1);
}

config::Config two_ports() {
  return test::load_config(R"(
ports:
  - {name: front, driver: vdev, device: net_ring0, address: 192.0.2.11/24}
  - {name: back, driver: vdev, device: net_ring1, address: 198.51.100.11/24}
services:
  - {name: near, address: 192.0.2.10, ports: [80], servers: [{address: 192.0.2.21}]}
)");
}

}  // namespace

TEST_CASE("a connection goes to the worker that sees it, a template and what is unknown to all") {
  Workers workers(always_second);
  workers.bridge.deliver({});
  CHECK(workers.received(workers.first) == 0);
  CHECK(workers.received(workers.second) == 1);
  FlowRecord client_template;
  client_template.kind = FlowRecord::Kind::client_template;
  workers.bridge.deliver(client_template);
  CHECK(workers.received(workers.first) == 1);
  CHECK(workers.received(workers.second) == 1);

  Workers unknown([](const FlowRecord&) { return std::nullopt; });
  unknown.bridge.deliver({});
  CHECK(unknown.received(unknown.first) == 1);
  CHECK(unknown.received(unknown.second) == 1);
}

TEST_CASE("when flows are seen elsewhere than computed, all workers are told") {
  Workers workers(always_second);
  workers.tell(workers.second, 2'000);
  workers.tell(workers.first, 2'000, true);  // these may have been delivered there
  CHECK(!workers.bridge.is_owner_refuted());
  workers.tell(workers.first, 2'000);
  CHECK(workers.bridge.is_owner_refuted());
  workers.bridge.deliver({});
  CHECK(workers.received(workers.first) == 1);
  CHECK(workers.received(workers.second) == 1);
}

TEST_CASE("a few flows elsewhere, as those that began with fragments, refute nothing") {
  OwnerTrial trial;
  for (unsigned i = 0; i < 10'000; ++i) trial.saw(i % 8 != 0);
  CHECK(!trial.is_refuted());
  for (unsigned i = 0; i < 128; ++i) trial.saw(i % 2 == 0);
  CHECK(trial.is_refuted());
}

TEST_CASE("the owner is the queue's worker; of two ports that differ, those of the VIP count") {
  const test::InProcessPlant plant(
      two_ports(), {.ports = {{MacAddress({2, 0, 0, 0, 0, 1})}, {MacAddress({2, 0, 0, 0, 0, 2})}}});
  FlowRecord record;
  record.client = *IpAddress::parse("203.0.113.7");
  record.client_port = 4'000;
  record.virtual_port = 80;
  record.vip = plant.builder().vips()[0].tcp;
  const ScaledPort one_queue{1, std::nullopt};
  const ScaledPort four_queues{4, test::scaling(4)};
  const ScaledPort not_known{4, std::nullopt};
  const auto owner = [&](std::vector<ScaledPort> ports) {
    return flow_owner(std::move(ports), plant.builder())(record);
  };
  std::array<unsigned, 4> seen{};
  for (record.client_port = 4'000; record.client_port < 4'200; ++record.client_port) {
    const auto queue = four_queues.scaling->queue_of(
        6, record.client, plant.builder().vips()[0].address, record.client_port, 80);
    CHECK(owner({four_queues})->value() == *queue);
    CHECK(owner({four_queues, one_queue})->value() == *queue);  // the VIP is on the first alone
    ++seen[*queue];
  }
  for (const unsigned flows : seen) CHECK(flows > 20);
  CHECK(owner({one_queue, four_queues}) == WorkerId(0));
  CHECK(owner({one_queue, not_known}) == WorkerId(0));
  CHECK(!owner({not_known}));
  CHECK(!owner({not_known, one_queue}));
}

}  // namespace drover::control
