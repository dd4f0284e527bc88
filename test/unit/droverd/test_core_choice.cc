// SPDX-License-Identifier: BSD-3-Clause
#include "apps/droverd/core_choice.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

using Cores = std::vector<unsigned>;

config::Workers count(std::uint16_t number) {
  config::Workers workers;
  workers.count = number;
  return workers;
}

}  // namespace

TEST_CASE("workers get the last cores, the control thread the others") {
  const NumaPlacement unknown;
  const auto choice = choose_cores(count(2), {0, 1, 2, 3}, unknown);
  REQUIRE(choice);
  CHECK(choice->workers == Cores{3, 2});
  CHECK(choice->control == Cores{0, 1});
  CHECK(choose_cores(count(4), {0, 1, 2, 3}, unknown)->control == Cores{0, 1, 2, 3});
  CHECK_FALSE(choose_cores(count(5), {0, 1, 2, 3}, unknown));
}

TEST_CASE("workers get cores at the ports' NUMA node first") {
  const NumaPlacement placement{.ports = {std::nullopt, 0},
                                .cores = {{0, 0}, {1, 0}, {2, 0}, {3, 1}, {4, 1}}};
  CHECK(placement.memory() == 0U);
  CHECK(choose_cores(count(2), {0, 1, 2, 3, 4}, placement)->workers == Cores{2, 1});
  CHECK(choose_cores(count(4), {0, 1, 2, 3, 4}, placement)->workers == Cores{2, 1, 0, 4});
  config::Workers named = count(1);
  named.cores = {4};
  CHECK(choose_cores(named, {0, 1, 2, 3, 4}, placement)->workers == Cores{4});
}

}  // namespace drover
