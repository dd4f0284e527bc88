// SPDX-License-Identifier: BSD-3-Clause
// `limit:` with more networks than a worker remembers.
#include "lib/datapath/source_limits.h"

#include <cstdint>

#include "test/unit/catch.h"

namespace drover::datapath {
namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t start = 1'000 * second;
constexpr flow::HashSeed seed{0x0123456789abcdefU, 0xfedcba9876543210U};

// So many a second, `burst` at once.
ConnectionLimit limit_of(std::uint64_t rate, std::uint64_t burst, std::uint8_t prefix_length) {
  return {.id = 1,
          .prefix_length = prefix_length,
          .interval = second / rate,
          .tolerance = (burst - 1) * (second / rate)};
}

Ipv6Address v6(std::uint64_t network, std::uint64_t host) {
  Ipv6Address::Bytes bytes{};
  for (unsigned i = 0; i < 8; ++i) {
    bytes[i] = static_cast<std::uint8_t>(network >> (56 - 8 * i));
    bytes[8 + i] = static_cast<std::uint8_t>(host >> (56 - 8 * i));
  }
  return Ipv6Address(bytes);
}

// How many of `tries` may pass.
template <class Address>
unsigned passed(SourceLimits& limits, const ConnectionLimit& limit, const Address& client,
                std::uint64_t now, unsigned tries) {
  unsigned count = 0;
  for (unsigned i = 0; i < tries; ++i) count += limits.take(limit, client, now) ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("half as many networks as there is room for are each told apart", "[datapath]") {
  SourceLimits limits(seed);
  limits.prepare();
  const auto limit = limit_of(10, 2, 32);
  constexpr std::uint32_t count = SourceLimits::most / 2;
  std::uint64_t now = start;
  for (std::uint32_t i = 0; i < count; ++i)
    REQUIRE(passed(limits, limit, Ipv4Address(i), now, 2) == 2);
  unsigned forgotten = 0;
  for (std::uint32_t i = 0; i < count; ++i)
    forgotten += limits.take(limit, Ipv4Address(i), now) ? 1 : 0;
  // A bucket of eight has four on average; those with more than eight lose some.
  CHECK(forgotten < count / 50);
}

TEST_CASE("a flood from ten times as many networks makes nobody forgotten who opens many",
          "[datapath]") {
  SourceLimits limits(seed);
  limits.prepare();
  const auto limit = limit_of(10, 20, 32);
  constexpr std::uint32_t busy = 500;
  const auto client = [](std::uint32_t i) { return Ipv4Address(0xc6336400 + i); };
  for (std::uint32_t i = 0; i < busy; ++i)
    REQUIRE(passed(limits, limit, client(i), start, 25) == 20);
  for (std::uint32_t i = 0; i < 10 * SourceLimits::most; ++i)
    REQUIRE(limits.take(limit, Ipv4Address(0x0b000000 + i), start + i));  // each is new
  const std::uint64_t now = start + 10 * SourceLimits::most;
  unsigned forgotten = 0;
  for (std::uint32_t i = 0; i < busy; ++i) forgotten += limits.take(limit, client(i), now) ? 1 : 0;
  CHECK(forgotten == 0);
  // A second later each has what a second gives.
  for (std::uint32_t i = 0; i < busy; ++i)
    REQUIRE(passed(limits, limit, client(i), now + second, 25) == 10);
}

TEST_CASE("of IPv6 a prefix of any length is one network", "[datapath]") {
  constexpr std::uint64_t network = 0x20010db8000f0000U;
  for (const auto& [length, others, apart] :
       {std::tuple{std::uint8_t{48}, v6(network | 0xffff, 9), v6(network + 0x10000, 1)},
        std::tuple{std::uint8_t{64}, v6(network, ~std::uint64_t{0}), v6(network + 1, 1)},
        std::tuple{std::uint8_t{72}, v6(network, 0x00ff'ffff'ffff'ffffU),
                   v6(network, 0x0100'0000'0000'0001U)},
        std::tuple{std::uint8_t{128}, v6(network, 1), v6(network, 2)}}) {
    INFO("prefix length " << int{length});
    SourceLimits limits(seed);
    limits.prepare();
    const auto limit = limit_of(1, 1, length);
    CHECK(limits.take(limit, v6(network, 1), start));
    CHECK_FALSE(limits.take(limit, others, start));
    CHECK(limits.take(limit, apart, start));
  }
}

TEST_CASE("a limit of its own for each service", "[datapath]") {
  SourceLimits limits(seed);
  limits.prepare();
  auto one = limit_of(1, 1, 32);
  auto other = one;
  other.id = 2;
  CHECK(limits.take(one, Ipv4Address(7), start));
  CHECK(limits.take(other, Ipv4Address(7), start));
  CHECK_FALSE(limits.take(one, Ipv4Address(7), start));
}

}  // namespace drover::datapath
