// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/persistence_groups.h"

#include "lib/control/service_flags.h"
#include "lib/control/snapshot_builder.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

using Lines = std::vector<std::string>;

config::Config persistent(std::vector<std::uint16_t> ports, config::Persistence persistence) {
  config::Config config;
  config.pools["web"].servers = {
      {.name = "a", .address = *IpAddress::parse("192.0.2.21"), .weight = 1, .mac = {}},
      {.name = "b", .address = *IpAddress::parse("192.0.2.22"), .weight = 0, .mac = {}}};
  config::Service service;
  service.name = "web";
  service.address = *IpAddress::parse("192.0.2.10");
  service.ports = std::move(ports);
  service.pool = "web";
  service.persistence = persistence;
  config.services.push_back(service);
  return config;
}

std::vector<std::shared_ptr<const datapath::Persistence>> groups(SnapshotBuilder& builder,
                                                                 const config::Config& config) {
  REQUIRE(builder.configure(config, {}, {}));
  return builder.build([](const IpAddress&) { return std::nullopt; }, {})->persistences;
}

}  // namespace

TEST_CASE("each port is a group of templates, or all together are one", "[control]") {
  SnapshotBuilder builder(1);
  CHECK(groups(builder, persistent({80, 443}, {.mask = 32})).size() == 2);

  SnapshotBuilder other(1);
  const auto one = groups(other, persistent({80, 443}, {.mask = 24, .across_ports = true}));
  REQUIRE(one.size() == 1);
  CHECK(one[0]->virtual_port == 0);
  CHECK(one[0]->key_of(*Ipv4Address::parse("198.51.100.7")).client ==
        mapped(*Ipv4Address::parse("198.51.100.0")));
  const auto& views = other.services();
  for (const ServiceView& view : views)
    for (std::uint32_t i = 0; i < 2; ++i)
      CHECK(one[0]->candidates.find(view.servers[i].id.value()) == i);
  CHECK(one[0]->names == std::vector{views[0].servers[0].id, views[0].servers[1].id});
}

TEST_CASE("a mask counts from the front of either family's addresses", "[control]") {
  datapath::Persistence group;
  const auto client = [&](const char* text) {
    return IpAddress::unmapped(group.key_of(*IpAddress::parse(text)).client);
  };
  CHECK(client("2001:db8::7") == *IpAddress::parse("2001:db8::7"));
  CHECK(client("198.51.100.7") == *IpAddress::parse("198.51.100.7"));
  const auto of_prefix = [](const char* vip, std::uint8_t mask) {
    SnapshotBuilder builder(1);
    config::Config config = persistent({80}, {.mask = mask});
    config.services[0].address = *IpAddress::parse(vip);
    return *groups(builder, config).at(0);
  };
  group = of_prefix("2001:db8::10", 49);
  CHECK(client("2001:db8:1:ffff:1:2:3:4") == *IpAddress::parse("2001:db8:1:8000::"));
  group = of_prefix("2001:db8::10", 128);
  CHECK(client("2001:db8::7") == *IpAddress::parse("2001:db8::7"));
  group = of_prefix("192.0.2.10", 25);
  CHECK(client("198.51.100.255") == *IpAddress::parse("198.51.100.128"));
}

TEST_CASE("a group keeps its id through reloads until its mask changes", "[control]") {
  SnapshotBuilder builder(1);
  const auto before = groups(builder, persistent({80}, {.mask = 32}));
  REQUIRE(before.size() == 1);
  auto more = persistent({443, 80}, {.timeout = config::Milliseconds(5'000), .mask = 32});
  const auto after = groups(builder, more);
  REQUIRE(after.size() == 2);
  CHECK(after[0]->virtual_port == 80);
  CHECK(after[0]->timeout == std::chrono::seconds(5));
  const auto changed = groups(builder, persistent({80}, {.mask = 31}));
  REQUIRE(changed.size() == 3);
  CHECK(changed[0] == nullptr);
  CHECK(changed[2]->group == PersistenceId(2));
}

TEST_CASE("a template's server must be there, and may have to have a weight", "[control]") {
  for (const bool expire : {false, true}) {
    SnapshotBuilder builder(1);
    const auto group =
        groups(builder, persistent({80}, {.mask = 32, .expire_quiescent = expire})).at(0);
    const auto& servers = builder.services()[0].servers;
    CHECK(group->candidate_of(servers[0].id) == 0U);
    CHECK(group->candidate_of(servers[1].id).has_value() != expire);
    CHECK_FALSE(group->candidate_of(DestinationId(99)));
  }
}

TEST_CASE("a drained server's clients go elsewhere, whatever its weight", "[control]") {
  for (const auto state : {config::AdminState::drained, config::AdminState::disabled}) {
    auto config = persistent({80}, {.mask = 32});
    config.pools["web"].servers[0].state = state;
    SnapshotBuilder builder(1);
    const auto group = groups(builder, config).at(0);
    CHECK_FALSE(group->candidate_of(builder.services()[0].servers[0].id));
  }
}

TEST_CASE("services show the flags that ipvsadm prints", "[control]") {
  const auto flags = [](config::Persistence persistence) {
    return service_flags(persistent({80}, persistence).services[0]);
  };
  CHECK(flags({.mask = 32}) == Lines{"persistent 300"});
  CHECK(flags({.timeout = config::Milliseconds(1'500), .mask = 24}) ==
        Lines{"persistent 2", "mask 255.255.255.0"});
  CHECK(flags({.mask = 1}) == Lines{"persistent 300", "mask 128.0.0.0"});
  config::Service service;
  CHECK(service_flags(service).empty());
  service.one_packet = true;
  CHECK(service_flags(service) == Lines{"ops"});
  service.address = *IpAddress::parse("2001:db8::10");
  service.persistence = {.mask = 64};
  CHECK(service_flags(service) == Lines{"persistent 300", "mask 64", "ops"});
}

}  // namespace drover::control
