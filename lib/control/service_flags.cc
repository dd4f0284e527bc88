// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/service_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace drover::control {
namespace {

// Of IPv4 as an address, of IPv6 as a number; nothing for single addresses.
std::string mask_flag(const config::Service& service) {
  const unsigned bits = service.persistence->mask;
  if (service.address.is_v6()) return bits == 128 ? "" : fmt::format("mask {}", bits);
  if (bits == 32) return "";
  return "mask " + to_string(Ipv4Address(UINT32_MAX << (32U - bits)));
}

// "(sh-fallback,sh-port)"; nothing without flags.
std::string scheduler_flags(const config::Service& service) {
  std::string listed;
  for (const auto flag : {config::SchedulerFlag::fallback, config::SchedulerFlag::port})
    if (std::ranges::find(service.scheduler_flags, flag) != service.scheduler_flags.end())
      listed += (listed.empty() ? "" : ",") + service.scheduler +
                (flag == config::SchedulerFlag::port ? "-port" : "-fallback");
  return listed.empty() ? "" : "(" + listed + ")";
}

}  // namespace

std::vector<std::string> service_flags(const config::Service& service) {
  std::vector<std::string> flags;
  if (auto listed = scheduler_flags(service); !listed.empty()) flags.push_back(std::move(listed));
  if (service.persistence) {
    const auto timeout = std::chrono::ceil<std::chrono::seconds>(service.persistence->timeout);
    flags.push_back(fmt::format("persistent {}", timeout.count()));
    if (auto mask = mask_flag(service); !mask.empty()) flags.push_back(std::move(mask));
  }
  if (service.one_packet) flags.emplace_back("ops");
  return flags;
}

}  // namespace drover::control
