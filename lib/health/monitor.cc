// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/monitor.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <random>
#include <utility>

#include "lib/health/make_prober.h"
#include "lib/health/run_schedule.h"

namespace drover::health {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

}  // namespace

class Monitor::Checks {
 public:
  Checks(asio::io_context& loop, Routes routes, std::uint64_t seed, Changed changed)
      : loop_(loop), routes_(std::move(routes)), random_(seed), changed_(std::move(changed)) {}

  void watch(const std::set<WatchedCheck>& checks) {
    std::erase_if(entries_, [&](const auto& entry) { return !checks.contains(entry.first); });
    std::size_t fresh = 0;
    const TimePoint now = Clock::now();
    for (const WatchedCheck& check : checks) {
      if (entries_.contains(check)) continue;
      const bool by_vip = check.check.via == config::Via::vip && routes_.vip != nullptr;
      CheckRoute& route = by_vip ? *routes_.vip : *routes_.real;
      auto entry = std::make_unique<Entry>(loop_, check, make_prober(loop_, route, check));
      wait_until(*entry, first_run(now, fresh++));
      entries_.emplace(check, std::move(entry));
    }
  }

  const CheckStatus& status(const WatchedCheck& check) const { return entries_.at(check)->status; }

 private:
  struct Entry {
    Entry(asio::io_context& loop, const WatchedCheck& watched, std::unique_ptr<Prober> made)
        : check(watched.check),
          state(watched.check.rise, watched.check.fall),
          prober(std::move(made)),
          timer(loop) {}

    config::Check check;
    RiseAndFall state;
    CheckStatus status;
    std::unique_ptr<Prober> prober;
    asio::steady_timer timer;
    TimePoint began;
    std::shared_ptr<void> alive = std::make_shared<int>();  // for handlers under way
  };

  void wait_until(Entry& entry, TimePoint when) {
    entry.timer.expires_at(when);
    entry.timer.async_wait([this, &entry, alive = std::weak_ptr(entry.alive)](const auto& error) {
      if (!error && !alive.expired()) run(entry);
    });
  }

  void run(Entry& entry) {
    entry.began = Clock::now();
    entry.prober->start(entry.check.timeout, [this, &entry](Outcome outcome) {
      finished(entry, std::move(outcome), Clock::now());
    });
  }

  void finished(Entry& entry, Outcome outcome, TimePoint now) {
    CheckStatus& status = entry.status;
    const bool says_else = outcome.agent && outcome.agent != status.agent;
    if (outcome.agent) status.agent = outcome.agent;
    const bool fails_otherwise = outcome.kind != status.last.kind;
    status.took = now - entry.began;
    status.statistics.add(outcome.kind, *status.took);
    status.last = std::move(outcome);
    const bool has_run = status.last.kind != Outcome::Kind::not_run;
    const bool turned = has_run && entry.state.take(status.last.is_good());
    status.state = entry.state.state();
    wait_until(entry, next_run(entry.check, entry.began, entry.state.is_failing(), random_()));
    if (turned || says_else || fails_otherwise) changed_();
  }

  asio::io_context& loop_;
  Routes routes_;
  std::mt19937_64 random_;
  Changed changed_;
  std::map<WatchedCheck, std::unique_ptr<Entry>> entries_;
};

Monitor::Monitor(asio::io_context& loop, Routes routes, std::uint64_t seed, Changed changed)
    : checks_(std::make_unique<Checks>(loop, std::move(routes), seed, std::move(changed))) {}
Monitor::Monitor(Monitor&&) noexcept = default;
Monitor& Monitor::operator=(Monitor&&) noexcept = default;
Monitor::~Monitor() = default;

void Monitor::watch(const std::set<WatchedCheck>& checks) {
  checks_->watch(checks);
}
const CheckStatus& Monitor::status(const WatchedCheck& check) const {
  return checks_->status(check);
}

}  // namespace drover::health
