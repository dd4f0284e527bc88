// SPDX-License-Identifier: BSD-3-Clause
#include "lib/flow/bounded_table.h"

#include <set>

#include "lib/flow/client_template.h"
#include "test/unit/catch.h"

namespace drover::flow {
namespace {

constexpr HashSeed seed{.first = 1, .second = 2};

TemplateKey client(std::uint32_t number) {
  return {.client = mapped(Ipv4Address(number)), .group = PersistenceId(0)};
}

ClientTemplate row(std::uint32_t number) {
  ClientTemplate row;
  row.key = client(number);
  row.connections = number;
  return row;
}

std::uint32_t by_connections(const ClientTemplate& row) {
  return row.connections;
}
const auto nobody = [](const ClientTemplate&) { FAIL("none had to give way"); };

}  // namespace

TEST_CASE("a bounded table finds what was put in, and no more", "[flow]") {
  BoundedTable<ClientTemplate> table(1'000, seed);
  CHECK(table.rows().size() == 1'024);
  CHECK(table.find(client(1)) == nullptr);
  for (std::uint32_t i = 1; i <= 200; ++i)
    REQUIRE(table.insert(row(i), by_connections, nobody) != nullptr);
  CHECK(table.size() == 200);
  for (std::uint32_t i = 1; i <= 200; ++i) {
    const auto* found = table.find(client(i));
    REQUIRE(found != nullptr);
    CHECK(found->connections == i);
  }
  CHECK(table.find(client(201)) == nullptr);
  CHECK(table.find({.client = mapped(Ipv4Address(1)), .group = PersistenceId(1)}) == nullptr);
  table.remove(*table.find(client(7)));
  CHECK(table.find(client(7)) == nullptr);
  CHECK(table.size() == 199);
}

TEST_CASE("in a full bucket the row of the least worth gives way", "[flow]") {
  BoundedTable<ClientTemplate> table(1, seed);
  for (const std::uint32_t i : {5U, 3U, 8U, 1U, 7U, 2U, 6U, 4U})
    table.insert(row(i), by_connections, nobody);
  std::uint32_t gone = 0;
  const auto note = [&](const ClientTemplate& each) { gone = each.connections; };
  REQUIRE(table.insert(row(9), by_connections, note) != nullptr);
  CHECK(gone == 1);
  CHECK(table.find(client(1)) == nullptr);
  CHECK(table.find(client(9)) != nullptr);
  CHECK(table.size() == 8);
}

TEST_CASE("a bucket of priceless rows takes no newcomer", "[flow]") {
  BoundedTable<ClientTemplate> table(1, seed);
  const auto priceless = [](const ClientTemplate&) {
    return BoundedTable<ClientTemplate>::priceless;
  };
  for (std::uint32_t i = 1; i <= 8; ++i) table.insert(row(i), priceless, nobody);
  CHECK(table.insert(row(9), priceless, nobody) == nullptr);
  CHECK(table.size() == 8);
}

TEST_CASE("sweeps go round, and may remove what they meet", "[flow]") {
  BoundedTable<ClientTemplate> table(64, seed);
  for (std::uint32_t i = 1; i <= 20; ++i) table.insert(row(i), by_connections, nobody);
  std::multiset<std::uint32_t> met;
  for (int i = 0; i < 8; ++i)
    table.sweep(16, [&](ClientTemplate& each) { met.insert(each.connections); });
  CHECK(met.size() == 40);
  for (std::uint32_t i = 1; i <= 20; ++i) CHECK(met.count(i) == 2);
  table.sweep(1'000, [&](ClientTemplate& each) { table.remove(each); });
  CHECK(table.size() == 0);
}

}  // namespace drover::flow
