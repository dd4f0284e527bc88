// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/snapshot_builder.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/datapath/server_loads.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

const IpAddress vip = *IpAddress::parse("192.0.2.10");

config::Server server(int number, std::uint32_t weight = 1) {
  return {.name = fmt::format("s{}", number),
          .address = *IpAddress::parse(fmt::format("192.0.2.{}", number)),
          .weight = weight,
          .mac = {}};
}

// One service, "web", of these servers.
config::Config web(std::vector<config::Server> servers) {
  config::Config config;
  config.pools["web"] = {.name = "web", .servers = std::move(servers), .checks = {}};
  config.services.push_back({.name = "web",
                             .address = vip,
                             .ports = {80},
                             .protocol = config::Protocol::tcp,
                             .scheduler = "rr",
                             .scheduler_flags = {},
                             .pool = "web",
                             .persistence = {},
                             .sorry_server = {},
                             .allow = {},
                             .deny = {},
                             .limit = {}});
  return config;
}

constexpr MacAddress some_mac{{2, 0, 0, 0, 0, 0x16}};
std::optional<MacAddress> no_mac(const IpAddress&) {
  return std::nullopt;
}

struct Built {
  explicit Built(std::uint16_t workers = 1) : builder(workers) {}

  const datapath::Snapshot& configure(const config::Config& config) {
    REQUIRE(builder.configure(config, {}, now));
    return build();
  }
  const datapath::Snapshot& build(const MacOf& mac_of = no_mac) {
    snapshot = builder.build(mac_of, now);
    return *snapshot;
  }
  const datapath::VirtualService& service() const {
    const datapath::Vip* at = snapshot->find_vip(vip.v4());
    REQUIRE(at != nullptr);
    const datapath::VirtualService* found = snapshot->find_service(at->tcp, 80);
    REQUIRE(found != nullptr);
    return *found;
  }
  std::optional<std::uint32_t> pick(std::uint16_t worker = 0) const {
    const datapath::ServerLoads loads(*snapshot, WorkerId(worker));
    return service().scheduler->pick(*service().memory->at(worker),
                                     {.client = vip, .vip = vip, .loads = loads});
  }
  datapath::Bond bond(DestinationId id) const { return snapshot->destinations[id.value()].bond; }
  DestinationId id_of(int number) const {
    const IpAddress address = server(number).address;
    for (const ServerView& view : builder.services().at(0).servers)
      if (view.server.address == address) return view.id;
    FAIL("there is no server " << number);
    return {};
  }

  SnapshotBuilder builder;
  SnapshotBuilder::TimePoint now{std::chrono::hours(1)};
  std::unique_ptr<const datapath::Snapshot> snapshot;
};

}  // namespace

TEST_CASE("a VIP of either family is found, and no other address", "[control]") {
  Built built;
  config::Config config = web({server(21)});
  const IpAddress vip_v6 = *IpAddress::parse("2001:db8::10");
  config.pools["web6"].servers = {
      {.name = "a", .address = *IpAddress::parse("2001:db8::21"), .weight = 1, .mac = {}}};
  config.services.push_back(config.services[0]);
  config.services[1].name = "web6";
  config.services[1].address = vip_v6;
  config.services[1].pool = "web6";
  const datapath::Snapshot& snapshot = built.configure(config);
  const datapath::Vip* v4 = snapshot.find_vip(vip.v4());
  const datapath::Vip* v6 = snapshot.find_vip(vip_v6.v6());
  REQUIRE(v4 != nullptr);
  REQUIRE(v6 != nullptr);
  CHECK(v6->address == vip_v6);
  CHECK(v4->tcp != v6->tcp);
  REQUIRE(snapshot.find_service(v6->tcp, 80) != nullptr);
  CHECK(snapshot.find_service(v4->tcp, 80) != snapshot.find_service(v6->tcp, 80));
  CHECK(snapshot.known_sources.find(vip_v6.v6()) == datapath::KnownSources::Kind::vip);
  CHECK(snapshot.find_vip(*Ipv6Address::parse("2001:db8::11")) == nullptr);
  CHECK(snapshot.find_vip(vip.mapped()) == nullptr);
}

TEST_CASE("ids stay with their servers, whatever becomes of the list", "[control]") {
  Built built;
  built.configure(web({server(21), server(22), server(23)}));
  const DestinationId a = built.id_of(21);
  const DestinationId b = built.id_of(22);
  const DestinationId c = built.id_of(23);
  CHECK(built.service().candidates == std::vector{a, b, c});

  built.configure(web({server(23), server(24), server(21)}));
  CHECK(built.id_of(21) == a);
  CHECK(built.id_of(23) == c);
  CHECK(built.service().candidates == std::vector{c, built.id_of(24), a});
  CHECK(built.id_of(24) != b);
  CHECK(built.builder.server(b) == server(22).address);

  built.configure(web({server(22)}));
  CHECK(built.id_of(22) == b);  // back again
}

TEST_CASE("a server counts for each virtual service by itself", "[control]") {
  Built built;
  auto config = web({server(21)});
  config.services[0].ports = {80, 443};
  built.configure(config);
  const auto& services = built.builder.services();
  REQUIRE(services.size() == 2);
  CHECK(services[0].servers[0].id != services[1].servers[0].id);
  CHECK(services[0].servers[0].counters != services[1].servers[0].counters);
}

TEST_CASE("VIPs keep their ids, one a protocol", "[control]") {
  Built built;
  const datapath::Vip before = built.configure(web({server(21)})).vips.at(0);
  CHECK(before.tcp != before.udp);
  auto config = web({server(21)});
  config.services.insert(config.services.begin(), config.services[0]);
  config.services[0].address = *IpAddress::parse("192.0.2.9");
  const datapath::Snapshot& snapshot = built.configure(config);
  CHECK(snapshot.vips.size() == 2);
  const datapath::Vip* after = snapshot.find_vip(vip.v4());
  REQUIRE(after != nullptr);
  CHECK(after->tcp == before.tcp);
  CHECK(after->udp == before.udp);
  CHECK(built.builder.vip(after->tcp) == ServiceKey{vip, config::Protocol::tcp, 0});
}

TEST_CASE("counters outlive a reload, also those of a server that is gone", "[control]") {
  Built built(2);
  built.configure(web({server(21), server(22)}));
  const DestinationId a = built.id_of(21);
  const DestinationId b = built.id_of(22);
  built.snapshot->destinations[a.value()].counters[1].connections.add(5);
  auto* counters_of_b = built.snapshot->destinations[b.value()].counters;

  built.configure(web({server(21)}));
  CHECK(built.snapshot->destinations[a.value()].counters[1].connections.value() == 5);
  CHECK(built.snapshot->destinations[b.value()].counters == counters_of_b);
  CHECK_FALSE(built.snapshot->destinations[b.value()].resolved);
  CHECK(built.builder.services()[0].servers[0].counters->at(1).connections.value() == 5);
}

TEST_CASE("the workers' pointers start out of phase and outlive a reload", "[control]") {
  Built built(4);
  built.configure(web({server(21), server(22)}));
  const auto memory = built.service().memory;
  REQUIRE(memory->size() == 4);
  for (std::uint16_t worker = 0; worker < 4; ++worker) CHECK(built.pick(worker) == worker % 2U);
  built.configure(web({server(22), server(23)}));
  CHECK(built.service().memory == memory);
}

TEST_CASE("the file's MAC address goes before the neighbour's", "[control]") {
  Built built;
  auto config = web({server(21), server(22)});
  config.pools["web"].servers[0].mac = some_mac;
  built.configure(config);
  const auto destination = [&](int number) {
    return built.snapshot->destinations[built.id_of(number).value()];
  };
  CHECK(destination(21).resolved);
  CHECK(destination(21).mac == some_mac);
  CHECK_FALSE(destination(22).resolved);

  constexpr MacAddress neighbour{{2, 0, 0, 0, 0, 0x99}};
  built.build([&](const IpAddress& address) {
    CHECK(address == server(22).address);  // of others nobody needs to know
    return std::optional(neighbour);
  });
  CHECK(destination(21).mac == some_mac);
  CHECK(destination(22).resolved);
  CHECK(destination(22).mac == neighbour);
}

TEST_CASE("weights reach the scheduler and the placement by hash", "[control]") {
  Built built;
  built.configure(web({server(21, 0), server(22), server(23, 0)}));
  for (int i = 0; i < 4; ++i) CHECK(built.pick() == 1U);
  for (const std::uint32_t slot : built.service().placement.slots()) REQUIRE(slot == 1);
}

TEST_CASE("an operator's drained server gets nobody, a disabled one also loses those it had",
          "[control]") {
  Built it;
  std::vector<config::Server> servers{server(21), server(22), server(23)};
  servers[1].state = config::AdminState::drained;
  servers[2].state = config::AdminState::disabled;
  it.configure(web(servers));
  for (int i = 0; i < 4; ++i) CHECK(it.pick() == 0U);
  CHECK(it.bond(it.id_of(22)) == datapath::Bond::holds);
  CHECK(it.bond(it.id_of(23)) == datapath::Bond::releases);
  CHECK(it.builder.reached_servers(it.now).size() == 3);
  for (config::Server& each : servers) each.state = config::AdminState::enabled;
  it.configure(web(servers));
  CHECK(it.bond(it.id_of(23)) == datapath::Bond::holds);
}

TEST_CASE("every snapshot has a generation of its own", "[control]") {
  Built built;
  const std::uint64_t first = built.configure(web({server(21)})).generation;
  const std::uint64_t second = built.build().generation;
  CHECK(first != 0);
  CHECK(second > first);
}

TEST_CASE("settings reach the snapshot", "[control]") {
  Built built;
  auto config = web({server(21)});
  config.refusals = 17;
  config.timeouts.tcp_established = std::chrono::seconds(100);
  config.unknown = config::Unknown::schedule;
  config.conn_reuse = config::ConnReuse::finished;
  config.schedule_icmp = true;
  const datapath::Snapshot& snapshot = built.configure(config);
  CHECK(snapshot.refusals_per_second == 17);
  CHECK(snapshot.unknown == datapath::UnknownPolicy::schedule);
  CHECK(snapshot.reuse == datapath::ReusePolicy::finished);
  CHECK(snapshot.schedule_icmp);
  CHECK(snapshot.timeouts[flow::TcpState::established] == std::chrono::seconds(100));
  CHECK(snapshot.timeouts[flow::TcpState::synack] == std::chrono::seconds(120));
}

TEST_CASE("a scheduler stays until the servers change", "[control]") {
  Built built(2);
  built.configure(web({server(21), server(22)}));
  const auto scheduler = built.service().scheduler;
  const auto memory = built.service().memory;
  CHECK(memory->size() == 2);
  built.configure(web({server(21), server(22)}));
  CHECK(built.service().scheduler == scheduler);

  built.configure(web({server(21), server(22, 3)}));
  CHECK(built.service().scheduler != scheduler);
  CHECK(built.service().memory == memory);
  CHECK(built.service().scheduler->settings().generation > scheduler->settings().generation);

  auto config = web({server(21), server(22, 3)});
  config.services[0].scheduler = "wrr";
  built.configure(config);
  CHECK(built.service().memory != memory);
}

TEST_CASE("a scheduler knows a server's latest weight above 0", "[control]") {
  Built built;
  built.configure(web({server(21, 7), server(22, 0)}));
  built.configure(web({server(21, 0), server(22, 0)}));
  const auto& candidates = built.service().scheduler->settings().candidates;
  CHECK(candidates[0].weight == 0);
  CHECK(candidates[0].last_weight == 7);
  CHECK(candidates[1].last_weight == 0);
}

TEST_CASE("a scheduler's flags", "[control]") {
  Built built;
  auto config = web({server(21)});
  config.services[0].scheduler = "sh";
  config.services[0].scheduler_flags = {config::SchedulerFlag::fallback};
  built.configure(config);
  CHECK(built.service().scheduler->settings().flags.fallback);
  CHECK_FALSE(built.service().scheduler->settings().flags.port);
}

TEST_CASE("connections of a removed server go on for five minutes", "[control]") {
  Built built;
  built.configure(web({server(21), server(22)}));
  const DestinationId b = built.id_of(22);
  CHECK_FALSE(built.builder.next_change(built.now));

  built.configure(web({server(21)}));
  const auto removed = built.now;
  CHECK(built.builder.next_change(built.now) == removed + std::chrono::minutes(5));
  CHECK(built.builder.reached_servers(built.now).size() == 2);
  built.now += std::chrono::minutes(4);
  built.configure(web({server(21, 2)}));  // another change does not begin anew
  CHECK(built.bond(b) == datapath::Bond::holds);
  CHECK(built.builder.next_change(built.now) == removed + std::chrono::minutes(5));
  built.now += std::chrono::minutes(1);
  built.build();
  CHECK(built.bond(b) == datapath::Bond::releases);
  CHECK_FALSE(built.builder.next_change(built.now));
  CHECK(built.builder.reached_servers(built.now).size() == 1);

  built.configure(web({server(21), server(22)}));
  CHECK(built.bond(b) == datapath::Bond::holds);
  CHECK(built.id_of(22) == b);
}

TEST_CASE("a removed server's frames go where its MAC address is", "[control]") {
  Built built;
  auto pinned = server(22);
  pinned.mac = some_mac;
  built.configure(web({server(21), pinned}));
  const DestinationId b = built.id_of(22);
  built.configure(web({server(21)}));
  CHECK(built.snapshot->destinations[b.value()].resolved);
  CHECK(built.snapshot->destinations[b.value()].mac == some_mac);
}

TEST_CASE("connections of a removed server are dropped or scheduled anew", "[control]") {
  Built built;
  auto both = web({server(21), server(22, 0)});
  auto one = web({server(21)});
  one.on_removed = both.on_removed = config::OnRemoved::drop;
  built.configure(both);
  const DestinationId b = built.id_of(22);
  CHECK(built.bond(b) == datapath::Bond::holds);
  built.configure(one);
  CHECK(built.bond(b) == datapath::Bond::drops);
  CHECK_FALSE(built.builder.next_change(built.now));

  one.on_removed = both.on_removed = config::OnRemoved::reschedule;
  built.configure(both);
  CHECK(built.bond(built.id_of(21)) == datapath::Bond::holds);
  CHECK(built.bond(b) == datapath::Bond::holds_until_syn);  // drained
  built.configure(one);
  CHECK(built.bond(b) == datapath::Bond::releases);
}

TEST_CASE("workers watch the servers whose connections count", "[control]") {
  auto config = web({server(21), server(22)});
  const auto watched = [&](std::uint16_t workers) {
    Built built(workers);
    return built.configure(config).watched.size();
  };
  CHECK(watched(2) == 0);
  config.pools["web"].servers[1].upper_threshold = 5;
  CHECK(watched(2) == 1);
  config.services[0].scheduler = "wlc";
  CHECK(watched(2) == 2);
  CHECK(watched(1) == 0);
}

TEST_CASE("thresholds reach the snapshot", "[control]") {
  auto config = web({server(21), server(22)});
  config.pools["web"].servers[1].upper_threshold = 5;
  config.pools["web"].servers[1].lower_threshold = 2;
  Built built;
  built.configure(config);
  CHECK_FALSE(built.snapshot->destinations[built.id_of(21).value()].has_thresholds);
  const DestinationId b = built.id_of(22);
  CHECK(built.snapshot->destinations[b.value()].has_thresholds);
  CHECK(built.snapshot->destination_details[b.value()].thresholds ==
        balance::Thresholds{.upper = 5, .lower = 2, .lifted = 1});
}

TEST_CASE("thresholds that change may end an overload", "[control]") {
  Built built;
  auto config = web({server(21)});
  config::Server& a = config.pools["web"].servers[0];
  const auto lifted = [&](std::uint32_t upper, std::uint32_t lower) {
    a.upper_threshold = upper;
    a.lower_threshold = lower;
    built.configure(config);
    return built.snapshot->destination_details[built.id_of(21).value()].thresholds.lifted;
  };
  CHECK(lifted(5, 2) == 1);
  CHECK(lifted(5, 2) == 1);
  CHECK(lifted(5, 4) == 1);
  CHECK(lifted(6, 5) == 2);
  CHECK(lifted(3, 3) == 2);
  CHECK(lifted(5, 4) == 3);
  CHECK(lifted(0, 0) == 4);
  CHECK(lifted(0, 0) == 4);
}

TEST_CASE("a server that becomes one has no weight of before", "[control]") {
  Built built;
  const auto last_weight = [&] {
    return built.service().scheduler->settings().candidates.at(0).last_weight;
  };
  built.configure(web({server(21, 3), server(22)}));
  built.configure(web({server(21, 0), server(22)}));
  CHECK(last_weight() == 3);
  built.configure(web({server(22)}));
  built.configure(web({server(21, 0), server(22)}));
  CHECK(last_weight() == 0);
}

TEST_CASE("too many VIPs are an error that changes nothing", "[control]") {
  Built built;
  built.configure(web({server(21), server(22)}));
  auto config = web({server(21)});
  const config::Service service = config.services[0];
  for (std::uint32_t i = 0; i < IdRegistry::most_vips / 2; ++i) {
    config.services.push_back(service);
    config.services.back().address = Ipv4Address(0x0a000000 + i);
  }
  const auto result = built.builder.configure(config, {}, built.now);
  REQUIRE_FALSE(result);
  CHECK(result.error().what == "more than 8192 VIPs");

  built.build();
  CHECK(built.snapshot->vips.size() == 1);
  CHECK(built.builder.services().size() == 1);
  CHECK(built.service().candidates.size() == 2);
}

}  // namespace drover::control
