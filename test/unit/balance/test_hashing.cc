// SPDX-License-Identifier: BSD-3-Clause
// The schedulers that go by a hash. What dh, sh and mh choose is what Linux 6.1 chose.
#include <algorithm>
#include <map>

#include "lib/balance/kernel_hash.h"
#include "lib/balance/scheduler_registry.h"
#include "test/unit/balance/walk.h"

namespace drover::balance {
namespace {

// 10.0.1.N
Ipv4Address client(std::uint32_t number) {
  return Ipv4Address(0x0a000100U + number);
}

std::string by_client(Walk& walk, std::uint32_t count) {
  std::string picked;
  for (std::uint32_t i = 1; i <= count; ++i) picked += walk.pick(client(i));
  return picked;
}

std::map<char, std::size_t> shares(Walk& walk, std::uint32_t clients) {
  std::map<char, std::size_t> count;
  for (std::uint32_t i = 0; i < clients; ++i) ++count[walk.pick(Ipv4Address(0x0b000000U + i))];
  return count;
}

}  // namespace

TEST_CASE("the kernel's hash functions", "[balance]") {
  CHECK(hash_8_bits(0) == 0);
  CHECK(hash_8_bits(1) == 0x61);
  CHECK(folded(*IpAddress::parse("10.0.1.2")) == 0x0a000102);
  CHECK(folded(*IpAddress::parse("2001:db8::1")) == (0x20010db8U ^ 1U));
  CHECK(folded(*IpAddress::parse("::102:304:506:708")) == (0x01020304U ^ 0x05060708U));
}

TEST_CASE("dh goes by the VIP alone", "[balance]") {
  Walk walk("dh", "cba");
  CHECK(by_client(walk, 6) == "aaaaaa");
  walk.load('a').overloaded = true;
  CHECK(walk.pick() == '-');
  walk.change("cba0");
  CHECK(walk.pick() == '-');
  walk.change("cb");
  CHECK(walk.pick() == 'c');
  CHECK(walk.scheduler().is_by_hash());
}

TEST_CASE("sh goes by the client", "[balance]") {
  Walk walk("sh", "cba");
  const std::string picked = by_client(walk, 20);
  CHECK(picked == by_client(walk, 20));
  CHECK(walk.pick(client(1), 1) == walk.pick(client(1), 2));
  const auto even = shares(walk, 3'000);
  for (const char each : {'a', 'b', 'c'}) CHECK(even.at(each) > 900);
  Walk weighted("sh", "a3b1");
  CHECK(shares(weighted, 4'000).at('a') > 2'800);
}

TEST_CASE("sh gives a barred server's clients to nobody, or to another", "[balance]") {
  Walk walk("sh", "cba");
  const std::string all = by_client(walk, 30);
  walk.load('b').overloaded = true;
  std::string expected = all;
  std::ranges::replace(expected, 'b', '-');
  CHECK(by_client(walk, 30) == expected);

  Walk fallback("sh", "cba", {.port = false, .fallback = true});
  CHECK(by_client(fallback, 30) == all);
  fallback.load('b').overloaded = true;
  const std::string moved = by_client(fallback, 30);
  CHECK(std::ranges::count(moved, '-') == 0);
  CHECK(std::ranges::count(moved, 'b') == 0);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] != 'b') CHECK(moved[i] == all[i]);
  fallback.load('a').overloaded = fallback.load('c').overloaded = true;
  CHECK(fallback.pick() == '-');
}

TEST_CASE("with the port flag one client's connections spread", "[balance]") {
  for (const char* name : {"sh", "mh"}) {
    Walk walk(name, "cba", {.port = true, .fallback = false});
    std::string picked;
    for (std::uint16_t port = 1; port <= 60; ++port) picked += walk.pick(client(1), port);
    for (const char each : {'a', 'b', 'c'}) CHECK(std::ranges::count(picked, each) > 5);
    CHECK(walk.pick(client(1), 7) == walk.pick(client(2), 6));  // address and port are added
  }
}

TEST_CASE("mh chooses as the kernel does", "[balance]") {
  Walk walk("mh", "cba");
  CHECK(by_client(walk, 40) == "bbabcabcabacaaccccbcbbbbccbbbcbbcbbcbaaa");
}

TEST_CASE("mh keeps a drained server's place", "[balance]") {
  Walk walk("mh", "cba");
  std::string all = by_client(walk, 40);
  walk.change("cb0a");
  std::ranges::replace(all, 'b', '-');
  CHECK(by_client(walk, 40) == all);

  Walk fallback("mh", "cba", {.port = false, .fallback = true});
  fallback.change("cb0a");
  const std::string moved = by_client(fallback, 40);
  CHECK(std::ranges::count(moved, '-') == 0);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] != '-') CHECK(moved[i] == all[i]);
  CHECK(Walk("mh", "a0b0").pick() == '-');
  CHECK(Walk("mh", "").pick() == '-');
}

TEST_CASE("mh's shares are as the weights", "[balance]") {
  Walk walk("mh", "a3b1");
  const auto share = shares(walk, 8'000).at('a');
  CHECK(share > 5'700);
  CHECK(share < 6'300);
  Walk heavy("mh", "a65535b1");  // shifted down to 6 bits
  CHECK(shares(heavy, 8'000).at('b') > 60);
}

TEST_CASE("maglev is the same whatever the order", "[balance]") {
  Walk one("maglev", "abc2");
  Walk other("maglev", "c2ba");
  for (std::uint16_t port = 1; port < 1'000; ++port)
    REQUIRE(one.pick(client(port), port) == other.pick(client(port), port));
}

TEST_CASE("maglev goes by address and port, of UDP by the address", "[balance]") {
  Walk walk("maglev", "abc");
  std::string tcp;
  std::string udp;
  for (std::uint16_t port = 1; port <= 60; ++port) tcp += walk.pick(client(1), port);
  walk.is_tcp = false;
  for (std::uint16_t port = 1; port <= 60; ++port) udp += walk.pick(client(1), port);
  for (const char each : {'a', 'b', 'c'}) CHECK(std::ranges::count(tcp, each) > 5);
  CHECK(udp == std::string(60, udp[0]));
  const auto even = shares(walk, 3'000);
  for (const char each : {'a', 'b', 'c'}) CHECK(even.at(each) > 900);
}

TEST_CASE("maglev moves few connections when a server leaves", "[balance]") {
  Walk walk("maglev", "abcdefghij");
  std::string before;
  for (std::uint32_t i = 0; i < 20'000; ++i) before += walk.pick(Ipv4Address(i));
  walk.change("abcdefghi");
  std::size_t moved = 0;
  for (std::uint32_t i = 0; i < 20'000; ++i)
    if (before[i] != 'j' && walk.pick(Ipv4Address(i)) != before[i]) ++moved;
  CHECK(moved < 20'000 * 3 / 100);
}

TEST_CASE("maglev passes an overloaded server's connections on", "[balance]") {
  Walk walk("maglev", "abc");
  const std::string all = by_client(walk, 60);
  walk.load('b').overloaded = true;
  const std::string moved = by_client(walk, 60);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK((all[i] == 'b' ? moved[i] != 'b' && moved[i] != '-' : moved[i] == all[i]));
  CHECK(Walk("maglev", "a0").pick() == '-');
}

TEST_CASE("twos takes the less loaded of two that are drawn by weight", "[balance]") {
  Walk walk("twos", "ab3");
  const auto draw = [&](double first, double second) {
    walk.random = static_cast<std::uint64_t>(first * 0x1p32) << 32U |
                  static_cast<std::uint64_t>(second * 0x1p32);
    return walk.pick();
  };
  // Of 0 to 4: 0 and 1 are a's, the rest b's.
  CHECK(draw(0.3, 0.3) == 'a');
  CHECK(draw(0.45, 0.9) == 'b');
  CHECK(draw(0.1, 0.9) == 'a');  // level: the first drawn
  CHECK(draw(0.9, 0.1) == 'b');
  walk.load('b') = {.active = 2};
  CHECK(draw(0.9, 0.1) == 'a');
  walk.load('a') = {.active = 1};
  CHECK(draw(0.1, 0.9) == 'b');
  walk.load('b').overloaded = true;
  CHECK(draw(0.9, 0.9) == 'a');
}

TEST_CASE("only known schedulers are made", "[balance]") {
  CHECK(scheduler_names().size() == 15);
  for (const std::string_view name : scheduler_names()) CHECK(make_scheduler(name, {}) != nullptr);
  CHECK(make_scheduler("no such", {}) == nullptr);
  CHECK(make_scheduler("", {}) == nullptr);
}

}  // namespace drover::balance
