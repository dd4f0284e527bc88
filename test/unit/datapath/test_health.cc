// SPDX-License-Identifier: BSD-3-Clause
// What becomes of new connections and of those that there are when health checks have spoken.
#include <algorithm>
#include <cmath>
#include <map>

#include "lib/balance/scheduler.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

using control::Standing;
using datapath::Verdict;
using Role = Standing::Role;

constexpr auto syn = TcpHeader::syn;
constexpr auto ack = TcpHeader::ack;

Standing warming(std::uint8_t share) {
  return {.role = Role::serves, .share = share};
}
constexpr Standing serves{.role = Role::serves};
constexpr Standing out{.role = Role::out};
constexpr Standing unreachable{.role = Role::out, .releases = true};
constexpr Standing unchecked{.role = Role::unchecked};

class Web {
 public:
  explicit Web(unsigned servers, const std::string& keys = "", const std::string& scheduler = "rr",
               const std::string& weight = "1")
      : plant_(load_config(with(web_file(servers, 20'000, 1), keys, scheduler, weight)),
               {.ports = {{port_mac}}}) {}

  // The last byte of the server's MAC address; 0: none got it.
  int send(std::uint16_t port, std::uint8_t flags, std::uint32_t client = 0xc6336407) {
    const auto server = drover::test::send(plant_, {Ipv4Address(client), port, {}}, flags);
    return server ? server->bytes()[5] : 0;
  }
  int open(std::uint16_t port) {
    const int server = send(port, syn);
    if (server != 0) CHECK(send(port, ack) == server);
    return server;
  }
  // Connections by server, each of another client.
  std::map<int, int> spread(unsigned count) {
    std::map<int, int> got;
    for (unsigned i = 0; i < count; ++i, ++next_)
      ++got[send(static_cast<std::uint16_t>(1'024 + next_ % 60'000), syn, 0xc6330000 + next_)];
    return got;
  }
  void stand(const std::vector<Standing>& standings) { plant_.set_standings(standings); }
  InProcessPlant& plant() { return plant_; }

 private:
  static std::string with(std::string file, const std::string& keys, const std::string& scheduler,
                          const std::string& weight) {
    const std::string mac = ", mac:";
    const std::string weighed = ", weight: " + weight + mac;
    for (auto at = file.find(mac); at != std::string::npos;
         at = file.find(mac, at + weighed.size()))
      file.replace(at, mac.size(), weighed);
    const std::string before = "    scheduler: rr\n";
    return file.replace(file.find(before), before.size(),
                        "    scheduler: " + scheduler + "\n" + keys);
  }
  InProcessPlant plant_;
  unsigned next_ = 0;
};

}  // namespace

TEST_CASE("a server that is down gets no new connection and keeps those it has", "[datapath]") {
  Web web(2);
  CHECK(web.open(1'000) == 1);
  CHECK(web.open(1'001) == 2);
  web.stand({out, serves});
  for (std::uint16_t port = 2'000; port < 2'010; ++port) CHECK(web.open(port) == 2);
  CHECK(web.send(1'000, ack) == 1);
  CHECK(web.send(3'000, ack) == 2);  // one in mid-stream that nobody knows
  web.stand({serves, serves});
  CHECK(web.spread(10) == std::map<int, int>{{1, 5}, {2, 5}});
}

TEST_CASE("connections of an unreachable server are placed anew at their next packet",
          "[datapath]") {
  Web web(2);
  CHECK(web.open(1'000) == 1);
  web.stand({unreachable, serves});
  CHECK(web.send(1'000, ack) == 2);
  CHECK(web.plant().total(Verdict::forwarded_adopted) == 1);
}

TEST_CASE("with every server down connections are refused", "[datapath]") {
  Web web(2);
  web.stand({out, out});
  CHECK(web.open(1'000) == 0);
  CHECK(web.plant().total(Verdict::refused_reset) == 1);
}

TEST_CASE("before the first check nothing is refused, and mid-stream packets find their server",
          "[datapath]") {
  Web known(3);
  Web web(3);
  web.stand({unchecked, unchecked, unchecked});
  CHECK(web.send(999, syn) == 0);
  CHECK(web.plant().total(Verdict::unchecked) == 1);
  CHECK(web.plant().total(Verdict::refused_reset) == 0);
  for (std::uint16_t port = 1'000; port < 1'020; ++port) {
    // As with all of them up: a restart moves no connection.
    CHECK(web.send(port, ack) == known.send(port, ack));
  }
}

TEST_CASE("a scheduler by hash places nothing in mid-stream before it knows all servers",
          "[datapath]") {
  Web web(3, "", "maglev");
  web.stand({serves, unchecked, unchecked});
  CHECK(web.send(1'000, ack) == 0);
  CHECK(web.plant().total(Verdict::unchecked) == 1);
  CHECK(web.send(1'001, syn) == 1);
  web.stand({serves, serves, serves});
  CHECK(web.send(1'000, ack) == Web(3, "", "maglev").send(1'000, ack));
}

TEST_CASE("the sorry server serves alone", "[datapath]") {
  Web web(2, "    sorry_server: 192.0.2.30\n");
  web.plant().set_neighbour(*IpAddress::parse("192.0.2.30"),
                            MacAddress::parse("02:00:00:00:01:1e"));
  CHECK(web.spread(4) == std::map<int, int>{{1, 2}, {2, 2}});
  web.stand({out, out, serves});
  CHECK(web.spread(4) == std::map<int, int>{{30, 4}});
  web.stand({serves, out, out});
  CHECK(web.spread(4) == std::map<int, int>{{1, 4}});
}

TEST_CASE("a persistent client of a server that is down gets another", "[datapath]") {
  Web web(2, "    persistence: {timeout: 5m}\n");
  CHECK(web.open(1'000) == 1);
  CHECK(web.open(1'001) == 1);
  web.stand({out, serves});
  CHECK(web.open(1'002) == 2);
  CHECK(web.send(1'001, ack) == 1);
  web.stand({serves, serves});
  CHECK(web.open(1'003) == 2);  // the one that it had last
}

TEST_CASE("an agent that drains its server ends no connection", "[datapath]") {
  Web web(2);
  CHECK(web.open(1'000) == 1);
  web.stand({{.role = Role::serves, .percent = 0}, serves});
  CHECK(web.spread(4) == std::map<int, int>{{2, 4}});
  CHECK(web.send(1'000, ack) == 1);
}

TEST_CASE("a percentage leaves something of every weight", "[datapath]") {
  CHECK(control::effective_weight(1, {.percent = 50}) == 1);
  CHECK(control::effective_weight(200, {.percent = 25}) == 50);
  CHECK(control::effective_weight(7, {.percent = 0}) == 0);
  CHECK(control::effective_weight(0, {.percent = 100}) == 0);
  CHECK(control::effective_weight(65'535, {.percent = 100}) == 65'535);
}

// As of a server of that share of its weight beside two whole ones. By hash it is of the part that
// hashes to it; a scheduler that gives one server all gives it its share of all.
double expected_of(const std::string& scheduler, int whole, int count, std::uint8_t share) {
  const double part = static_cast<double>(share) / datapath::full_share;
  const bool is_by_hash = balance::make_scheduler(scheduler, {})->is_by_hash();
  if (is_by_hash) return whole * part * 3 / (2 + part);
  if (scheduler == "lblcr")
    return count * part / (1 + part);  // the others' turns add one to its set
  return whole == count ? count * part : count * part / (2 + part);
}

TEST_CASE("a server that warms up gets its share with every scheduler", "[datapath]") {
  constexpr int count = 2'000;
  for (const std::string_view name : balance::scheduler_names()) {
    const std::string scheduler(name);
    INFO(scheduler);
    const std::string weight = "4000";  // with less, ovf would refuse some
    const auto warm = Web(3, "", scheduler, weight).spread(count);
    REQUIRE_FALSE(warm.contains(0));
    // The scheduler's favourite, so that each has one.
    const int favourite =
        std::ranges::max_element(warm, {}, [](const auto& each) { return each.second; })->first;
    const int whole = warm.at(favourite);
    for (const auto share : std::initializer_list<std::uint8_t>{1, 2, 8, 16, 28, 31}) {
      CAPTURE(int{share}, whole);
      Web web(3, "", scheduler, weight);
      std::vector<Standing> standings(3, serves);
      standings[static_cast<std::size_t>(favourite) - 1] = warming(share);
      web.stand(standings);
      auto got = web.spread(count);
      CHECK_FALSE(got.contains(0));
      const double expected = expected_of(scheduler, whole, count, share);
      CHECK(got[favourite] > 0);
      CHECK(std::abs(got[favourite] - expected) < 4 * std::sqrt(expected) + 3);
    }
    Web web(3, "", scheduler, weight);
    web.stand({warming(32), warming(32), warming(32)});
    CHECK(web.spread(count) == warm);
  }
}

TEST_CASE("round robin passes a warming server's turns on to the next", "[datapath]") {
  Web web(3);
  web.stand({warming(8), serves, serves});
  const auto got = web.spread(9'000);
  // A quarter beside two wholes: a ninth.
  CHECK(std::abs(got.at(1) - 1'000) < 100);
  CHECK(std::abs(got.at(2) - got.at(3)) < 100);
}

TEST_CASE("least connections do not flood a server that comes back", "[datapath]") {
  for (const char* scheduler : {"lc", "wlc", "sed"}) {
    INFO(scheduler);
    Web web(2, "", scheduler);
    web.stand({out, serves});
    CHECK(web.spread(200) == std::map<int, int>{{2, 200}});
    web.stand({warming(8), serves});
    // Of these no more than its share by lot, until it has a quarter as many as the other.
    const int at_first = web.spread(40)[1];
    CHECK(at_first < 20);
    CHECK(std::abs(at_first + web.spread(560)[1] - 150) < 40);
    CHECK(std::abs(web.spread(2'000)[1] - 410) < 40);  // 560 of 2,800
  }
}

TEST_CASE("servers that all warm up share as if they were warm", "[datapath]") {
  Web web(2);
  web.stand({warming(1), warming(1)});
  const auto got = web.spread(400);
  CHECK(got.at(1) + got.at(2) == 400);
  CHECK(got.at(1) > 100);
  CHECK(got.at(2) > 100);
}

}  // namespace drover::test
