// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/flow_answers.h"

#include "test/harness/in_process_plant.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using datapath::FlowAnswer;
using datapath::FlowReason;

const config::Config& two_servers() {
  static const config::Config config = test::load_config(R"(
ports: [{name: front, driver: vdev, device: net_ring0}]
services:
  - name: web
    address: 192.0.2.10
    ports: any
    servers: [{address: 192.0.2.21}, {address: 192.0.2.22}]
)");
  return config;
}

const datapath::FlowQuestion question{.client = *IpAddress::parse("198.51.100.7"),
                                      .vip = *IpAddress::parse("192.0.2.10"),
                                      .client_port = 40'000,
                                      .virtual_port = 80,
                                      .protocol = ip_protocol::tcp};

FlowAnswer decided(FlowReason reason, std::uint32_t server) {
  return {.decision = {reason, true, DestinationId(server)}};
}

api::Lookup together(const std::vector<FlowAnswer>& answers) {
  SnapshotBuilder builder(2);
  REQUIRE(builder.configure(two_servers(), {{}}, SnapshotBuilder::TimePoint()));
  return combine(question, answers, builder);
}

const api::Endpoint first{*IpAddress::parse("192.0.2.21"), 80};
const api::Endpoint second{*IpAddress::parse("192.0.2.22"), 80};

}  // namespace

TEST_CASE("an entry of any worker tells", "[control]") {
  FlowAnswer entry = decided(FlowReason::entry, 1);
  entry.state = flow::TcpState::established;
  entry.seconds_left = 898;
  const api::Lookup lookup = together({decided(FlowReason::scheduler, 0), entry});
  CHECK(lookup.service == "web");
  CHECK(lookup.why == "entry");
  CHECK(lookup.server == second);
  CHECK(lookup.worker == 1U);
  CHECK(lookup.state == "ESTABLISHED");
  CHECK(lookup.expires_seconds == 898);
  CHECK(lookup.picks.empty());
}

TEST_CASE("the schedulers' picks are told by worker", "[control]") {
  FlowAnswer answer = decided(FlowReason::scheduler, 0);
  answer.mid_stream = {FlowReason::hash, true, DestinationId(1)};
  const api::Lookup lookup = together({answer, decided(FlowReason::scheduler, 1)});
  CHECK(lookup.why == "scheduler");
  CHECK(lookup.server == first);
  CHECK(lookup.picks == std::vector{first, second});
  CHECK(lookup.mid_stream == api::MidStream{"hash", second});
  CHECK_FALSE(lookup.worker);
}

TEST_CASE("the owner of a client's template tells", "[control]") {
  const api::Lookup lookup = together({{}, decided(FlowReason::client_template, 1)});
  CHECK(lookup.why == "template");
  CHECK(lookup.server == second);
}

TEST_CASE("why there is no server", "[control]") {
  for (const auto& [reason, why] :
       {std::pair{FlowReason::no_server, "no_server"}, std::pair{FlowReason::denied, "denied"},
        std::pair{FlowReason::no_service, "no_service"}}) {
    const FlowAnswer answer{.decision = {.reason = reason}};
    const api::Lookup lookup = together({answer, answer});
    CHECK(lookup.why == why);
    CHECK_FALSE(lookup.server);
  }
}

TEST_CASE("a look-up survives its way as JSON", "[control]") {
  FlowAnswer answer = decided(FlowReason::scheduler, 0);
  answer.mid_stream = {.reason = FlowReason::reset};
  const api::Lookup lookup = together({answer, answer});
  CHECK(api::decode_lookup(api::encode(lookup)) == lookup);
}

TEST_CASE("endpoints are read strictly", "[control]") {
  CHECK(api::parse_endpoint("192.0.2.10:80") == api::Endpoint{*IpAddress::parse("192.0.2.10"), 80});
  CHECK(api::parse_endpoint("[2001:db8::1]:0") ==
        api::Endpoint{*IpAddress::parse("2001:db8::1"), 0});
  for (const char* bad : {"", ":", "192.0.2.10", "192.0.2.10:", "192.0.2.10:65536", "192.0.2.10:8x",
                          "[192.0.2.10]:80", "2001:db8::1:80", "[]:80", "a:80"})
    CHECK_FALSE(api::parse_endpoint(bad));
}

}  // namespace drover::control
