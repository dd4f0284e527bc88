// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/this_version.h"

#include <algorithm>
#include <iterator>

namespace drover::config {
namespace {

constexpr NotActedOn later[] = {
    {"a pool", "checks", "every server is taken to be up"},
    {"a service", "checks", "every server is taken to be up"},
    {"a service", "sorry_server", "nothing is sent to it"},
    {"the file", "failover", "this balancer is always master, so run only one"},
    {"the file", "metrics", "nothing listens there"},
};

constexpr std::string_view schedulers[] = {"rr"};
constexpr std::string_view later_schedulers[] = {
    "wrr", "lc", "wlc", "sed",  "nq",    "fo",   "ovf",
    "dh",  "sh", "mh",  "lblc", "lblcr", "twos", "maglev",
};

}  // namespace

const NotActedOn* not_acted_on(std::string_view section, std::string_view key) {
  for (const NotActedOn& line : later)
    if (line.section == section && line.key == key) return &line;
  return nullptr;
}

std::span<const std::string_view> known_schedulers() {
  return schedulers;
}

bool is_later_scheduler(std::string_view name) {
  return std::find(std::begin(later_schedulers), std::end(later_schedulers), name) !=
         std::end(later_schedulers);
}

std::string_view refusal_of_service_address(const IpAddress& address) {
  if (address.is_v6()) return "this version balances IPv4 only";
  return {};
}

}  // namespace drover::config
