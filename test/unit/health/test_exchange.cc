// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/exchange.h"

#include <netinet/in.h>
#include <unistd.h>

#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>
#include <thread>

#include "lib/health/make_prober.h"
#include "lib/health/socket_address.h"
#include "test/unit/catch.h"
#include "test/unit/health/peer.h"

namespace drover::health {
namespace {

using std::chrono::milliseconds;

config::Check check(config::CheckKind kind) {
  return {.kind = std::move(kind), .port = {}, .fast_interval = {}};
}

struct Probe {
  // Runs the check once, for `timeout` at most.
  Outcome run(const Subject& subject, const config::Check& of, milliseconds timeout) {
    const auto prober = make_prober(loop, *route, {subject, of});
    std::optional<Outcome> outcome;
    prober->start(timeout, [&](Outcome result) { outcome = std::move(result); });
    while (!outcome) loop.run_one();
    return *outcome;
  }

  boost::asio::io_context loop;
  std::unique_ptr<CheckRoute> route = make_real_route({});
};

constexpr milliseconds long_enough{5'000};
constexpr milliseconds short_time{50};

// A port on which nobody listens.
Subject nobody() {
  boost::asio::io_context loop;
  return Peer(loop, {}).subject();
}

}  // namespace

TEST_CASE("a tcp check holds when the connection opens", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {}, .closes = false});
  CHECK(probe.run(peer.subject(), check(config::TcpCheck{}), long_enough).is_good());
}

TEST_CASE("time in which the loop is held up is none of the server's", "[health]") {
  for (const bool answers : {true, false}) {
    CAPTURE(answers);
    Probe probe;
    // In pieces, so that the loop must turn more than once until all of it has come.
    Peer peer(probe.loop, {.pieces = {"HTTP", "/1.1", " 200", " OK\r\n", answers ? "\r\n" : "X"},
                           .closes = false});
    boost::asio::post(probe.loop, [] { std::this_thread::sleep_for(4 * short_time); });
    const Outcome outcome = probe.run(peer.subject(), check(config::HttpCheck{}), short_time);
    CHECK(outcome.is_good() == answers);
  }
}

TEST_CASE("a refused connection makes a server unreachable", "[health]") {
  Probe probe;
  const Outcome outcome = probe.run(nobody(), check(config::TcpCheck{}), long_enough);
  CHECK(outcome.kind == Outcome::Kind::unreachable);
  CHECK(outcome.reason == "connect: refused");
}

TEST_CASE("an http check asks and judges", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {"HTTP/1.1 20", "0 OK\r\n", "\r\nwell"}});
  config::HttpCheck http;
  http.body = "well";
  http.host = "www.example.org";
  CHECK(probe.run(peer.subject(), check(http), long_enough).is_good());
  CHECK(peer.heard().starts_with("GET / HTTP/1.1\r\nHost: www.example.org\r\n"));
  http.body = "ill";
  const Outcome outcome = probe.run(peer.subject(), check(http), long_enough);
  CHECK(outcome.kind == Outcome::Kind::wrong);
  CHECK(outcome.reason == "the body lacks \"ill\": \"well\"");
}

TEST_CASE("a server that opens the connection and says nothing is unreachable", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {}, .closes = false});
  const Outcome outcome = probe.run(peer.subject(), check(config::HttpCheck{}), short_time);
  CHECK(outcome.kind == Outcome::Kind::unreachable);
  CHECK(outcome.reason == "answer: timed out after 50 ms");
}

TEST_CASE("a server that begins and does not end is wrong", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {"HTTP/1.1 200 OK\r\n"}, .closes = false});
  const Outcome outcome = probe.run(peer.subject(), check(config::HttpCheck{}), short_time);
  CHECK(outcome.kind == Outcome::Kind::wrong);
  CHECK(outcome.reason == "the HTTP answer ended within its header, incomplete after 50 ms");
}

TEST_CASE("a server that closes without a word is wrong", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {});
  CHECK(probe.run(peer.subject(), check(config::HttpCheck{}), long_enough).reason ==
        "closed without an answer");
}

TEST_CASE("a server that speaks something else than TLS is wrong", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {"HTTP/1.1 400 Bad Request\r\n\r\n"}});
  config::HttpCheck https;
  https.tls = true;
  const Outcome outcome = probe.run(peer.subject(), check(https), long_enough);
  CHECK(outcome.kind == Outcome::Kind::wrong);
  CHECK(outcome.reason.starts_with("TLS: "));
}

TEST_CASE("a certificate authority's file that is missing is the reason", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {});
  config::HttpCheck https;
  https.tls = https.verify = true;
  https.sni = "www.example.org";
  https.ca_file = "/nonexistent";
  const Outcome outcome = probe.run(peer.subject(), check(https), long_enough);
  CHECK(outcome.reason.starts_with("/nonexistent: holds no certificate authority"));
}

TEST_CASE("an expect check says its text and compares", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {"+PO", "NG\r\n"}, .closes = false});
  config::ExpectCheck expect;
  expect.send = "PING\r\n";
  expect.receive = "+PONG";
  CHECK(probe.run(peer.subject(), check(expect), long_enough).is_good());
}

TEST_CASE("an agent's line becomes a weight", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {"50%\n"}});
  const Outcome outcome = probe.run(peer.subject(), check(config::AgentCheck{}), long_enough);
  CHECK(outcome.agent == AgentReport{50, false});
}

TEST_CASE("a datagram is answered or not", "[health]") {
  Probe probe;
  const int server = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const SocketAddress any(*IpAddress::parse("127.0.0.1"), 0);
  REQUIRE(bind(server, any.get(), any.length) == 0);
  sockaddr_in bound{};
  socklen_t size = sizeof bound;
  REQUIRE(getsockname(server, reinterpret_cast<sockaddr*>(&bound), &size) == 0);
  Subject subject = nobody();
  subject.port = ntohs(bound.sin_port);
  config::ExpectCheck expect;
  expect.udp = true;
  expect.send = "?";
  CHECK(probe.run(subject, check(expect), short_time).kind == Outcome::Kind::unreachable);
  close(server);
  const Outcome outcome = probe.run(subject, check(expect), long_enough);
  CHECK(outcome.kind == Outcome::Kind::unreachable);
  CHECK(outcome.reason.find("refused") != std::string::npos);
}

TEST_CASE("the loopback interface answers a ping", "[health]") {
  if (geteuid() != 0) {
    WARN("SKIPPED: a raw socket needs root");
    return;
  }
  Probe probe;
  CHECK(probe.run(nobody(), check(config::PingCheck{}), long_enough).is_good());
}

TEST_CASE("a route that cannot be had is the outcome", "[health]") {
  class NoWay final : public CheckRoute {
    tl::expected<IpAddress, NoRoute> prepare(int, const Subject&) override {
      return tl::unexpected(NoRoute{true, "it has no MAC address"});
    }
  };
  Probe probe;
  probe.route = std::make_unique<NoWay>();
  const Outcome outcome = probe.run(nobody(), check(config::TcpCheck{}), short_time);
  CHECK(outcome.kind == Outcome::Kind::unreachable);
  CHECK(outcome.reason == "it has no MAC address");
}

TEST_CASE("a server has time to answer ARP", "[health]") {
  class LateWay final : public CheckRoute {
    tl::expected<IpAddress, NoRoute> prepare(int, const Subject& subject) override {
      if (++asked < 4) return tl::unexpected(NoRoute{true, "it has no MAC address"});
      return subject.server;
    }
    unsigned asked = 0;
  };
  Probe probe;
  probe.route = std::make_unique<LateWay>();
  Peer peer(probe.loop, {.pieces = {}, .closes = false});
  CHECK(probe.run(peer.subject(), check(config::TcpCheck{}), long_enough).is_good());
}

TEST_CASE("the route's hint follows the reason", "[health]") {
  class Hinting final : public CheckRoute {
    tl::expected<IpAddress, NoRoute> prepare(int, const Subject& subject) override {
      return subject.server;
    }
    std::string hint(const Subject&, Failure failure) override {
      return failure == Failure::refused ? "refused" : failure == Failure::silent ? "silent" : "?";
    }
  };
  Probe probe;
  probe.route = std::make_unique<Hinting>();
  CHECK(probe.run(nobody(), check(config::TcpCheck{}), long_enough).reason ==
        "connect: refused; refused");
  const config::ExpectCheck silent{.udp = true, .send = "x", .receive = "*", .regex = {}};
  boost::asio::io_context loop;
  boost::asio::ip::udp::socket mute(loop, {boost::asio::ip::make_address_v4("127.0.0.1"), 0});
  Subject subject = nobody();
  subject.port = mute.local_endpoint().port();
  CHECK(probe.run(subject, check(silent), short_time).reason == "answer: timed out after 50 ms; ?");
}

TEST_CASE("a prober that is destroyed in the midst of a run calls nobody", "[health]") {
  Probe probe;
  Peer peer(probe.loop, {.pieces = {}, .closes = false});
  bool called = false;
  auto prober = make_prober(probe.loop, *probe.route, {peer.subject(), check(config::HttpCheck{})});
  prober->start(short_time, [&](const Outcome&) { called = true; });
  while (peer.accepted() == 0) probe.loop.run_one();
  prober.reset();
  probe.loop.run_for(2 * short_time);
  CHECK_FALSE(called);
}

}  // namespace drover::health
