// SPDX-License-Identifier: BSD-3-Clause
#include "lib/balance/maglev_table.h"
#include "lib/datapath/entered_flows.h"
#include "test/unit/catch.h"

namespace drover::datapath {

TEST_CASE("what has been entered is never taken for absent, and little else for entered",
          "[datapath]") {
  EnteredFlows entered;
  for (std::uint64_t i = 0; i < 32; ++i) {
    CHECK_FALSE(EnteredFlows().may_have(balance::stable_hash(i)));
    entered.add(balance::stable_hash(i));
  }
  for (std::uint64_t i = 0; i < 32; ++i) CHECK(entered.may_have(balance::stable_hash(i)));
  int taken = 0;
  for (std::uint64_t i = 32; i < 1'032; ++i) taken += entered.may_have(balance::stable_hash(i));
  CHECK(taken < 200);
  entered.forget();
  CHECK_FALSE(entered.may_have(balance::stable_hash(0)));
}

}  // namespace drover::datapath
