// SPDX-License-Identifier: BSD-3-Clause
// What becomes of the servers of a service as their checks speak: real checks over the loopback
// interface, whose peer answers for every server that is not away.
#include "lib/control/health_watch.h"

#include <boost/asio/io_context.hpp>
#include <set>

#include "test/unit/catch.h"
#include "test/unit/health/peer.h"

namespace drover::control {
namespace {

using namespace std::chrono_literals;
using health::State;
using Role = Standing::Role;

const IpAddress vip = *IpAddress::parse("192.0.2.10");
const IpAddress nobody = *IpAddress::parse("127.0.0.2");
const IpAddress somebody = *IpAddress::parse("127.0.0.1");

IpAddress address(int number) {
  return Ipv4Address(0xc0000200U + static_cast<std::uint32_t>(number));
}

class Network : public health::CheckRoute {
 public:
  tl::expected<IpAddress, health::NoRoute> prepare(int, const health::Subject& subject) override {
    return away.contains(subject.server) ? nobody : somebody;
  }
  std::set<IpAddress> away;
};

struct Web {
  explicit Web(int servers) {
    config::Pool pool{.name = "web", .servers = {}, .checks = {}};
    config::Check check{
        .kind = config::HttpCheck{}, .port = peer.subject().port, .fast_interval = {}};
    check.interval = 20ms;
    check.timeout = 5s;
    check.rise = check.fall = 1;
    pool.checks = {check};
    config.pools["web"] = pool;
    config.services.push_back({.name = "web",
                               .address = vip,
                               .ports = {80},
                               .scheduler_flags = {},
                               .pool = "web",
                               .persistence = {},
                               .sorry_server = {},
                               .allow = {},
                               .deny = {},
                               .limit = {},
                               .health = {}});
    config.services[0].health.hold_down = {0ms, 0ms};
    for (int i = 1; i <= servers; ++i) add_server(i);
  }

  void add_server(int number) {
    config.pools["web"].servers.push_back(
        {.name = fmt::format("s{}", number), .address = address(number), .mac = {}});
  }
  config::ServiceHealth& settings() { return config.services[0].health; }
  void configure() {
    REQUIRE(builder.configure(config, {}, std::chrono::steady_clock::now()));
    health.configure(config, builder, std::chrono::steady_clock::now());
    apply();
  }
  void apply() { health.apply(builder, std::chrono::steady_clock::now()); }

  std::vector<State> states() const {
    std::vector<State> states;
    for (const HealthWatch::Server& server : health.services().begin()->second.servers)
      states.push_back(server.health.state());
    return states;
  }
  // Of the view's servers, the sorry server among them.
  std::vector<Role> roles() const {
    std::vector<Role> roles;
    for (const ServerView& server : builder.services()[0].servers)
      roles.push_back(builder.standing(server).role);
    return roles;
  }
  const Standing& standing(std::size_t index) const {
    return builder.standing(builder.services()[0].servers[index]);
  }
  void wait_for(const std::vector<State>& wanted) {
    for (apply(); states() != wanted; apply()) loop.run_one();
  }
  std::size_t told() const { return events.after(0, 1'000).size(); }

  boost::asio::io_context loop;
  health::Peer peer{loop, {.pieces = {"HTTP/1.1 200 OK\r\n\r\n"}}};
  config::Config config;
  EventLog events{1'000, [] { return EventLog::WallTime(); }};
  std::shared_ptr<Network> network = std::make_shared<Network>();
  SnapshotBuilder builder{1};
  HealthWatch health{loop, {.real = network, .vip = network}, events, [] {}};
};

}  // namespace

TEST_CASE("what is known of a server survives a reload", "[health]") {
  Web web(2);
  web.network->away = {address(2)};
  web.configure();
  CHECK(web.states() == std::vector{State::unknown, State::unknown});
  CHECK(web.roles() == std::vector{Role::unchecked, Role::unchecked});
  web.wait_for({State::up, State::down});
  const std::size_t told = web.told();
  web.add_server(3);
  web.config.services[0].scheduler = "lc";
  web.configure();
  CHECK(web.states() == std::vector{State::up, State::down, State::unknown});
  CHECK(web.roles() == std::vector{Role::serves, Role::out, Role::unchecked});
  CHECK(web.told() == told);
  // With another check, too: until that has spoken.
  web.config.pools["web"].checks[0].rise = 2;
  web.configure();
  CHECK(web.states() == std::vector{State::up, State::down, State::unknown});
  web.wait_for({State::up, State::down, State::up});
}

TEST_CASE("on_down decides what becomes of connections", "[health]") {
  using config::OnDown;
  const auto releases = [](OnDown on_down, bool away) {
    Web web(1);
    web.settings().on_down = on_down;
    if (away)
      web.network->away = {address(1)};
    else  // another answer than 201 is wrong
      std::get<config::HttpCheck>(web.config.pools["web"].checks[0].kind).status = {{201, 201}};
    web.configure();
    web.wait_for({State::down});
    CHECK(web.roles() == std::vector{Role::out});
    return web.standing(0).releases;
  };
  CHECK(releases(OnDown::automatic, true));
  CHECK_FALSE(releases(OnDown::automatic, false));
  CHECK_FALSE(releases(OnDown::keep, true));
  CHECK(releases(OnDown::reschedule, false));
}

TEST_CASE("a quorum that was lost needs the hysteresis more to hold again", "[health]") {
  Web web(3);
  web.settings().quorum = 2;
  web.settings().quorum_hysteresis = 1;
  web.network->away = {address(3)};
  web.configure();
  web.wait_for({State::up, State::up, State::down});
  CHECK(web.roles() == std::vector{Role::serves, Role::serves, Role::out});
  web.network->away = {address(2), address(3)};
  web.wait_for({State::up, State::down, State::down});
  CHECK(web.roles() == std::vector{Role::out, Role::out, Role::out});
  web.network->away = {address(3)};
  web.wait_for({State::up, State::up, State::down});
  CHECK(web.roles() == std::vector{Role::out, Role::out, Role::out});
  web.network->away.clear();
  web.wait_for({State::up, State::up, State::up});
  CHECK(web.roles() == std::vector{Role::serves, Role::serves, Role::serves});
}

TEST_CASE("when all are down", "[health]") {
  using config::WhenAllDown;
  const auto roles = [](std::optional<WhenAllDown> when, std::optional<IpAddress> sorry) {
    Web web(2);
    web.settings().when_all_down = when;
    web.config.services[0].sorry_server = sorry;
    web.network->away = {address(1), address(2)};
    web.configure();
    web.wait_for({State::down, State::down});
    return web.roles();
  };
  CHECK(roles(std::nullopt, std::nullopt) == std::vector{Role::out, Role::out});
  CHECK(roles(WhenAllDown::all, std::nullopt) == std::vector{Role::serves, Role::serves});
  CHECK(roles(std::nullopt, address(30)) == std::vector{Role::out, Role::out, Role::serves});
  CHECK(roles(WhenAllDown::refuse, address(30)) == std::vector{Role::out, Role::out, Role::out});
}

TEST_CASE("all of a server's checks must hold", "[health]") {
  Web web(1);
  config::Check second = web.config.pools["web"].checks[0];
  second.kind = config::ExpectCheck{.udp = false, .send = "x", .receive = "SSH", .regex = {}};
  web.config.pools["web"].checks.push_back(second);
  web.configure();
  web.wait_for({State::down});
  CHECK(web.health
            .reason(web.health.services().begin()->second.servers[0],
                    std::chrono::steady_clock::now())
            .starts_with("the answer begins with"));
}

}  // namespace drover::control
