// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/event_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace drover::client {
namespace {

std::string local_time(const std::string& rfc3339) {
  std::tm utc{};
  const char* rest = strptime(rfc3339.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (rest == nullptr || *rest != '.' || !rfc3339.ends_with('Z')) return rfc3339;
  const std::string fraction(rest, 4);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}{}", fmt::localtime(timegm(&utc)), fraction);
}

}  // namespace

std::string event_line(const api::Event& event) {
  const std::string level = event.level == "info" || event.level.empty() ? "" : event.level + ": ";
  return fmt::format("{}  {:<16}  {}{}: {}\n", local_time(event.time), event.kind, level,
                     event.subject, event.text);
}

}  // namespace drover::client
