// SPDX-License-Identifier: BSD-3-Clause
// Checks through the VIP (the picture: network_namespace.h); `there` is the real server.
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "drivers/unique_fd.h"
#include "lib/control/vip_route.h"
#include "lib/health/socket_address.h"
#include "test/unit/catch.h"
#include "test/unit/control/network_namespace.h"

namespace drover::control {
namespace {

using namespace std::chrono_literals;
using health::Failure;
using health::Subject;

const IpAddress server = *IpAddress::parse("192.0.2.21");
const IpAddress server6 = *IpAddress::parse("2001:db8::21");
const IpAddress vip = *IpAddress::parse("203.0.113.10");
const IpAddress vip6 = *IpAddress::parse("2001:db8:1::10");
const MacAddress server_mac = *MacAddress::parse("02:00:00:00:00:21");

Subject at_vip(std::uint16_t port = 80) {
  return {server, vip, port};
}
Subject at_vip6() {
  return {server6, vip6, 80};
}

// One network for all cases: this process stays in it.
const NetworkNamespace& network() {
  static const NetworkNamespace made("vip route");
  return made;
}

// What listens on the server, on all its addresses.
class Listener {
 public:
  Listener() {
    network().there(
        "perl -MSocket -e \"socket(S,AF_INET6,SOCK_STREAM,0);setsockopt(S,SOL_SOCKET,SO_REUSEADDR,"
        "1);bind(S,pack_sockaddr_in6(80,Socket::IN6ADDR_ANY))||die;listen(S,512)||die;"
        "if(fork()==0){close(STDOUT);close(STDERR);while(accept(C,S)){close(C)}}\"");
  }
};

// As scripts/realserver does: silent to ARP for it.
void give_server_the_vips() {
  network().there(
      "sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2; ip address "
      "replace 203.0.113.10/32 dev lo; ip "
      "address replace 2001:db8:1::10/128 dev lo");
}
void take_vips_away() {
  network().there("ip address flush dev lo scope global");
}

boost::asio::io_context& loop() {
  static boost::asio::io_context made;
  return made;
}

std::unique_ptr<VipRoute> open_route(std::optional<MacAddress> mac = server_mac) {
  network();
  static const Listener listener;
  auto route = VipRoute::open(loop(), {"here0"});
  INFO((route ? "" : to_string(route.error())));
  REQUIRE(route);
  REQUIRE((*route)->update({{server, "here0", mac}, {server6, "here0", mac}}, {vip, vip6}));
  return std::move(*route);
}

struct Outcome {
  int error = 0;  // an errno value
  std::string reason;
  bool unreachable = false;
};

Outcome check(VipRoute& route, const Subject& subject, std::chrono::milliseconds patience = 300ms) {
  const UniqueFd socket(
      ::socket(health::family_of(subject.server), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const linger reset{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  const auto to = route.prepare(socket.get(), subject);
  if (!to) return {ENOTCONN, to.error().reason, to.error().unreachable};
  const health::SocketAddress address(*to, subject.port);
  if (connect(socket.get(), address.get(), address.length) != 0 && errno != EINPROGRESS)
    return {errno, "", false};
  pollfd state{.fd = socket.get(), .events = POLLOUT, .revents = 0};
  const int ready = poll(&state, 1, static_cast<int>(patience.count()));
  loop().restart();
  loop().run_for(20ms);  // what stands beside the check comes to its end
  if (ready == 0) return {ETIMEDOUT, "", false};
  int error = 0;
  socklen_t length = sizeof error;
  getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &length);
  return {error, "", false};
}

TEST_CASE("a server with the VIP is reached by it, one without is not") {
  const auto route = open_route();
  give_server_the_vips();
  for (const Subject& subject : {at_vip(), at_vip6()}) {
    CAPTURE(to_string(subject.vip));
    CHECK(check(*route, subject, 10s).error == 0);
  }
  CHECK(check(*route, at_vip(81), 10s).error == ECONNREFUSED);
  take_vips_away();
  for (const Subject& subject : {at_vip(), at_vip6()})
    CHECK(check(*route, subject).error == ETIMEDOUT);
}

TEST_CASE("a server that lacks the VIP is told from one that is away") {
  const auto route = open_route();
  take_vips_away();
  const std::string lacks =
      "it answers at 192.0.2.21 itself, so it lacks the VIP on its loopback: "
      "run 'realserver 203.0.113.10' there";
  for (int i = 0; i < 2; ++i) {  // the first time at once
    CAPTURE(i);
    REQUIRE(check(*route, at_vip()).error == ETIMEDOUT);
    CHECK(route->hint(at_vip(), Failure::silent) == lacks);
  }
  // A check that did not fail in between: what was seen before it counts no more.
  give_server_the_vips();
  REQUIRE(check(*route, at_vip(), 10s).error == 0);
  REQUIRE(check(*route, at_vip(), 10s).error == 0);
  network().there("ip link set there0 down");
  for (int i = 0; i < 2; ++i) {
    CAPTURE(i);
    REQUIRE(check(*route, at_vip()).error == ETIMEDOUT);
    CHECK(route->hint(at_vip(), Failure::silent).empty());
  }
  network().there("ip link set there0 up; ip address replace 2001:db8::21/64 dev there0 nodad");
}

// By a datagram that nobody answers.
void check_by_datagram(VipRoute& route, const Subject& subject) {
  const UniqueFd socket(
      ::socket(health::family_of(subject.server), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  REQUIRE(route.prepare(socket.get(), subject));
  loop().restart();
  loop().run_for(100ms);
}

TEST_CASE("a check without connections finds out, too, that a server lacks the VIP") {
  const auto route = open_route();
  const Subject ping = at_vip(0);
  const Subject dns = at_vip(53);
  take_vips_away();
  for (const Subject& subject : {ping, dns}) {
    CAPTURE(subject.port);
    check_by_datagram(*route, subject);
    CHECK(route->hint(subject, Failure::unanswered) ==
          "it answers at 192.0.2.21 itself, so it lacks the VIP on its loopback: "
          "run 'realserver 203.0.113.10' there");
  }
  give_server_the_vips();
  check_by_datagram(*route, dns);
  CHECK(route->hint(dns, Failure::unanswered).empty());  // the program is silent
  network().there("ip link set there0 down");
  for (int i = 0; i < 2; ++i) check_by_datagram(*route, at_vip(54));
  CHECK(route->hint(at_vip(54), Failure::unanswered) ==
        "does it have 203.0.113.10 on its loopback?");
  network().there("ip link set there0 up; ip address replace 2001:db8::21/64 dev there0 nodad");
}

TEST_CASE("a server that has the VIP but does not listen on it is no such one") {
  const auto route = open_route();
  give_server_the_vips();
  network().there(
      "perl -MSocket -e \"socket(S,AF_INET,SOCK_STREAM,0);"
      "bind(S,pack_sockaddr_in(8081,inet_aton(qq(192.0.2.21))))||die;listen(S,8)||die;"
      "if(fork()==0){close(STDOUT);close(STDERR);while(accept(C,S)){close(C)}}\"");
  REQUIRE(check(*route, at_vip(8081), 10s).error == ECONNREFUSED);
  CHECK(route->hint(at_vip(8081), Failure::refused) ==
        "it takes connections at 192.0.2.21 alone, not at 203.0.113.10");
  REQUIRE(check(*route, at_vip(81), 10s).error == ECONNREFUSED);
  CHECK(route->hint(at_vip(81), Failure::refused).empty());
}

TEST_CASE("an interface that is not there yet, and one that has come anew") {
  const auto route = open_route();
  give_server_the_vips();
  REQUIRE_FALSE(route->update({{server, "here0.7", server_mac}}, {vip}));
  const Outcome none = check(*route, at_vip());
  CHECK_FALSE(none.unreachable);
  CHECK(none.reason == "here0.7: there is no such network interface");
  REQUIRE(route->update({{server, "here0", server_mac}}, {vip}));
  network().here("ip link delete here0");
  network().connect();
  REQUIRE(route->restore());
  CHECK(check(*route, at_vip(), 10s).error == 0);
}

TEST_CASE("without a MAC address the server is unreachable, and says so") {
  const auto route = open_route(std::nullopt);
  const Outcome outcome = check(*route, at_vip());
  CHECK(outcome.unreachable);
  CHECK(outcome.reason == "it has no MAC address");
  const Outcome strange = check(*route, {*IpAddress::parse("192.0.2.22"), vip, 80});
  CHECK(!strange.unreachable);
  CHECK(strange.reason == "it is no server of ours");
}

TEST_CASE("a changed MAC address is followed, a server that leaves is let go") {
  const auto route = open_route(*MacAddress::parse("02:00:00:00:00:99"));
  give_server_the_vips();
  CHECK(check(*route, at_vip()).error == ETIMEDOUT);
  REQUIRE(route->update({{server, "here0", server_mac}}, {vip}));
  CHECK(check(*route, at_vip(), 10s).error == 0);
  CHECK(check(*route, at_vip6()).reason == "it is no server of ours");
  REQUIRE(route->update({{server6, "here0", server_mac}}, {vip6}));  // gets the free mark
  CHECK(check(*route, at_vip6(), 10s).error == 0);
}

TEST_CASE("what another has removed from the kernel is put back") {
  const auto route = open_route();
  give_server_the_vips();
  network().here("ip rule delete pref 213; tc qdisc delete dev here0 clsact");
  CHECK(check(*route, at_vip()).error != 0);
  REQUIRE(route->restore());
  CHECK(check(*route, at_vip(), 10s).error == 0);
}

// What 28,000 checks are to the default range: each leaves its port free at once.
TEST_CASE("ports never run out, as checks close by RST") {
  const auto route = open_route();
  give_server_the_vips();
  network().here("sysctl -qw net.ipv4.ip_local_port_range='40000 40019'");
  for (int i = 0; i < 500; ++i) {
    CAPTURE(i);
    REQUIRE(check(*route, at_vip(), 10s).error == 0);
  }
  network().here("sysctl -qw net.ipv4.ip_local_port_range='32768 60999'");
}

}  // namespace
}  // namespace drover::control
