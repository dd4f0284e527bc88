// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/event_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace drover::control {
namespace {

// RFC 3339, UTC.
std::string text_of(EventLog::WallTime time) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(static_cast<std::time_t>(milliseconds / 1000)),
                     milliseconds % 1000);
}

std::string_view name(log::Level level) {
  switch (level) {
    case log::Level::debug:
      return "debug";
    case log::Level::info:
      return "info";
    case log::Level::warning:
      return "warning";
    case log::Level::error:
      break;
  }
  return "error";
}

}  // namespace

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::daemon:
      return "daemon";
    case EventKind::link:
      return "link";
    case EventKind::neighbour:
      return "neighbour";
    case EventKind::health:
      return "health";
    case EventKind::change:
      return "change";
    case EventKind::reload:
      return "reload";
    case EventKind::takeover:
      return "takeover";
    case EventKind::address_conflict:
      return "address-conflict";
    case EventKind::sync:
      break;
  }
  return "sync";
}

EventLog::EventLog(std::size_t capacity, std::function<WallTime()> now)
    : capacity_(capacity), now_(std::move(now)) {}

void EventLog::post(EventKind kind, log::Level level, std::string subject, std::string text) {
  if (log::enabled(level)) log::write(level, fmt::format("{}: {}", subject, text));
  if (events_.size() == capacity_) events_.pop_front();
  events_.push_back({.sequence = ++last_,
                     .time = text_of(now_()),
                     .kind = std::string(name(kind)),
                     .level = std::string(name(level)),
                     .subject = std::move(subject),
                     .text = std::move(text)});
  if (posted_) posted_();
}

std::vector<api::Event> EventLog::after(std::uint64_t sequence, std::size_t most) const {
  if (sequence > last_) sequence = 0;
  const auto first =
      std::ranges::upper_bound(events_, sequence, std::less<>(), &api::Event::sequence);
  const auto count = std::min(most, static_cast<std::size_t>(events_.end() - first));
  return {first, first + static_cast<std::ptrdiff_t>(count)};
}

}  // namespace drover::control
