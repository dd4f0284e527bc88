// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/server_health.h"

#include <fmt/format.h>

namespace drover::health {

bool ServerHealth::update(const Reading& reading, const Settings& settings, bool cold,
                          TimePoint now) {
  damping_.set(settings.hold_down, settings.longest_hold_down);
  const State before = state_;
  held_ = false;
  switch (reading.state) {
    case State::unknown:  // what was known before stays
      break;
    case State::down:
      if (state_ == State::up) damping_.went_down(now);
      unreachable_ = reading.unreachable;
      reason_ = reading.reason;
      go(State::down, now);
      break;
    case State::up:
      held_ = state_ == State::down && now < damping_.held_until();
      if (held_ || state_ == State::up) break;
      if (state_ == State::down) damping_.came_back(now);
      if (state_ == State::down || cold) warm_up_.start(now, settings.warm_up);
      go(State::up, now);
      break;
  }
  return state_ != before;
}

void ServerHealth::go(State state, TimePoint now) {
  if (state_ != state) since_ = now;
  state_ = state;
  if (state == State::up) {
    reason_.clear();
    unreachable_ = false;
  } else {
    warm_up_.stop();
  }
}

std::string ServerHealth::reason(TimePoint now) const {
  if (!held_) return reason_;
  const auto left = std::chrono::ceil<std::chrono::seconds>(damping_.held_until() - now);
  return fmt::format("held down for {} s more after {} flap{}", left.count(), damping_.flaps(),
                     damping_.flaps() == 1 ? "" : "s");
}

std::optional<ServerHealth::TimePoint> ServerHealth::next_change(TimePoint now) const {
  if (held_) return damping_.held_until();
  if (state_ == State::up) return warm_up_.next_step(now);
  return std::nullopt;
}

}  // namespace drover::health
