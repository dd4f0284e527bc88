// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/access_list.h"

#include <random>
#include <string>
#include <vector>

#include "lib/net/prefix_table.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

std::vector<IpInterface> networks(const std::vector<std::string>& texts) {
  std::vector<IpInterface> result;
  for (const std::string& text : texts) result.push_back(*IpInterface::parse(text));
  return result;
}

bool allows(const AccessList& list, const char* client) {
  const IpAddress address = *IpAddress::parse(client);
  return address.is_v4() ? list.allows(address.v4()) : list.allows(address.v6());
}

// The definition: of all prefixes that contain the address, the longest; of equal ones the last.
template <class Address, class Entries>
int longest_match(const Entries& entries, const Address& address, int otherwise) {
  int best = -1;
  int value = otherwise;
  for (const auto& entry : entries) {
    const IpInterface network{entry.network, entry.length};
    if (!network.contains(address) || entry.length < best) continue;
    best = entry.length;
    value = entry.value;
  }
  return value;
}

// Few different bits, so that prefixes lie inside each other and addresses inside prefixes.
Ipv4Address random_v4(std::mt19937& random) {
  constexpr std::array<std::uint32_t, 4> bytes{0x00, 0x01, 0x80, 0xff};
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8U | bytes[random() % 4];
  return Ipv4Address(value);
}
Ipv6Address random_v6(std::mt19937& random) {
  Ipv6Address::Bytes bytes{};
  for (auto& byte : bytes)
    if (random() % 3 != 0) byte = static_cast<std::uint8_t>(random() % 2 * 0xff);
  return Ipv6Address(bytes);
}

template <class Address, class Draw>
void compare(Draw draw, unsigned bits) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<typename PrefixTable<Address, int>::Entry> entries;
    for (auto count = random() % 40; count > 0; --count)
      entries.push_back({draw(random), static_cast<std::uint8_t>(random() % (bits + 1)),
                         static_cast<int>(random() % 100)});
    const PrefixTable<Address, int> table(entries, -1);
    for (int i = 0; i < 200; ++i) {
      const Address address = !entries.empty() && i % 2 == 0
                                  ? entries[random() % entries.size()].network
                                  : draw(random);
      REQUIRE(table.find(address) == longest_match(entries, address, -1));
    }
  }
}

}  // namespace

TEST_CASE("prefixes are found as a look at each of them would", "[net]") {
  compare<Ipv4Address>(random_v4, 32);
  compare<Ipv6Address>(random_v6, 128);
}

TEST_CASE("neighbours and the ends of the address space", "[net]") {
  using Table = PrefixTable<Ipv4Address, int>;
  const auto address = [](const char* text) { return *Ipv4Address::parse(text); };
  const Table table({{address("255.255.255.255"), 32, 1},
                     {address("0.0.0.0"), 8, 2},
                     {address("10.0.0.0"), 9, 3},
                     {address("10.128.0.0"), 9, 4}},
                    0);
  CHECK(table.find(address("255.255.255.255")) == 1);
  CHECK(table.find(address("255.255.255.254")) == 0);
  CHECK(table.find(address("0.0.0.0")) == 2);
  CHECK(table.find(address("0.255.255.255")) == 2);
  CHECK(table.find(address("1.0.0.0")) == 0);
  CHECK(table.find(address("10.127.255.255")) == 3);
  CHECK(table.find(address("10.128.0.0")) == 4);
  CHECK(table.find(address("11.0.0.0")) == 0);
  CHECK(Table().find(address("10.0.0.0")) == 0);
  CHECK(Table({{address("10.0.0.0"), 0, 5}}, 0).find(address("200.0.0.0")) == 5);
}

TEST_CASE("the network that fits a client best decides", "[net]") {
  const AccessList list(networks({"198.51.100.0/24", "2001:db8::/32"}),
                        networks({"198.51.100.64/26", "198.51.100.70", "2001:db8:1::/48"}));
  CHECK(allows(list, "198.51.100.63"));
  CHECK_FALSE(allows(list, "198.51.100.64"));
  CHECK(allows(list, "198.51.100.128"));
  CHECK(allows(list, "2001:db8::1"));
  CHECK_FALSE(allows(list, "2001:db8:1::1"));
  // In no network, and some are allowed: the others are not.
  CHECK_FALSE(allows(list, "203.0.113.1"));
  CHECK_FALSE(allows(list, "2001:db9::1"));
}

TEST_CASE("with a deny list alone all others may come, without any everybody", "[net]") {
  const AccessList list({}, networks({"198.51.100.0/24"}));
  CHECK_FALSE(allows(list, "198.51.100.1"));
  CHECK(allows(list, "203.0.113.1"));
  CHECK(allows(list, "2001:db8::1"));
  CHECK(allows(AccessList({}, {}), "203.0.113.1"));
  // An exception from the whole world.
  CHECK_FALSE(allows(AccessList({}, networks({"0.0.0.0/0", "::/0"})), "203.0.113.1"));
  CHECK(allows(AccessList(networks({"203.0.113.1"}), networks({"0.0.0.0/0"})), "203.0.113.1"));
}

}  // namespace drover
