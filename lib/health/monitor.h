// SPDX-License-Identifier: BSD-3-Clause
// Runs checks, each at its own pace, and keeps what is known. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>

#include "lib/config/check.h"
#include "lib/health/check_route.h"
#include "lib/health/check_statistics.h"
#include "lib/health/outcome.h"
#include "lib/health/rise_and_fall.h"

namespace boost::asio {
class io_context;
}

namespace drover::health {

// One check of one server; what is equal is run once, whoever wants it.
struct WatchedCheck {
  Subject subject;
  config::Check check;
  friend auto operator<=>(const WatchedCheck&, const WatchedCheck&) = default;
};

struct CheckStatus {
  State state = State::unknown;
  Outcome last;                                  // of the last run
  std::optional<AgentReport> agent;              // the latest
  std::optional<std::chrono::nanoseconds> took;  // the last run; none: it has not run
  CheckStatistics statistics;
};

class Monitor {
 public:
  // From the loop: the state of some checks, how they fail, or what an agent says has changed.
  using Changed = std::function<void()>;

  struct Routes {
    std::shared_ptr<CheckRoute> real;
    std::shared_ptr<CheckRoute> vip;  // null: as real
  };

  // `seed`: where the jitter starts.
  Monitor(boost::asio::io_context& loop, Routes routes, std::uint64_t seed, Changed changed);
  Monitor(Monitor&&) noexcept;
  Monitor& operator=(Monitor&&) noexcept;
  ~Monitor();

  // Replaces the set. Those that stay keep their pace and what is known; new ones begin at once.
  void watch(const std::set<WatchedCheck>& checks);

  // Of a check that is watched; valid until the next watch().
  const CheckStatus& status(const WatchedCheck& check) const;

 private:
  class Checks;
  std::unique_ptr<Checks> checks_;
};

}  // namespace drover::health
