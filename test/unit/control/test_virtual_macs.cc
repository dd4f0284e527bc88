// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/virtual_macs.h"

#include "test/unit/catch.h"

namespace drover::control {
namespace {

constexpr MacAddress virtual_mac{{0, 0, 0x5e, 0, 1, 51}};
constexpr MacAddress other_mac{{0, 0, 0x5e, 0, 1, 52}};

// Answers as a card would, and counts how often it was asked.
class Card final : public PortDriver {
 public:
  explicit Card(Result<MacReception> answer) : answer_(std::move(answer)) {}
  Result<void> check() override { return {}; }
  Result<void> probe() override { return {}; }
  std::uint16_t ethdev_port() const override { return 0; }
  std::string kernel_interface() const override { return {}; }
  Result<void> steer(std::span<const IpAddress>) override { return {}; }
  Result<MacReception> receive_also(const MacAddress&) override {
    ++asked;
    return answer_;
  }

  int asked = 0;

 private:
  Result<MacReception> answer_;
};

struct Fixture {
  Fixture() {
    names[0].name = "front";
    names[1].name = "back";
    names[2].name = "side";
    plant.ports = {{&names[0], &filter}, {&names[1], &no_filter}, {&names[2], &deaf}};
  }

  config::Port names[3];
  Card filter{MacReception::filtered};
  Card no_filter{MacReception::promiscuous};
  Card deaf{failure("port 2", "takes no frames for it")};
  Plant plant;
  EventLog events{16, [] { return std::chrono::system_clock::time_point(); }};
  VirtualMacs macs{plant, events};
};

}  // namespace

TEST_CASE("each port is asked once for each virtual MAC address") {
  Fixture fixture;
  CHECK(fixture.macs.receive(virtual_mac, {0}));
  CHECK(fixture.macs.receive(virtual_mac, {0}));
  CHECK(fixture.filter.asked == 1);
  CHECK(fixture.macs.receive(other_mac, {0}));
  CHECK(fixture.filter.asked == 2);
  CHECK(fixture.macs.notes().empty());
}

TEST_CASE("a port that takes all frames for it is told of") {
  Fixture fixture;
  CHECK(fixture.macs.receive(virtual_mac, {0, 1}));
  REQUIRE(fixture.macs.notes().size() == 1);
  CHECK(fixture.macs.notes()[0].find("port back: takes all frames") == 0);
}

TEST_CASE(
    "with a port that does not take them the ports' own addresses are used, and why is told") {
  Fixture fixture;
  CHECK(!fixture.macs.receive(virtual_mac, {0, 2}));
  CHECK(!fixture.macs.receive(virtual_mac, {0, 2}));
  REQUIRE(fixture.macs.notes().size() == 1);
  CHECK(fixture.macs.notes()[0].find("port side: no frames for the virtual MAC address") == 0);
  CHECK(fixture.macs.notes()[0].find("takes no frames for it") != std::string::npos);
}

}  // namespace drover::control
