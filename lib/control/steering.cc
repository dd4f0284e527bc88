// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/steering.h"

#include <vector>

#include "lib/base/log.h"

namespace drover::control {

std::set<IpAddress> vips_of(const config::Config& config) {
  std::set<IpAddress> vips;
  for (const config::Service& service : config.services) vips.insert(service.address);
  return vips;
}

Result<void> Steering::admit(const std::set<IpAddress>& vips) {
  std::set<IpAddress> all = steered_;
  all.insert(vips.begin(), vips.end());
  if (auto steered = steer(all); !steered) {
    settle(steered_);
    return steered;
  }
  steered_ = std::move(all);
  return {};
}

void Steering::settle(const std::set<IpAddress>& vips) {
  if (auto steered = steer(vips); !steered) log::error("{}", to_string(steered.error()));
  steered_ = vips;
}

Result<void> Steering::steer(const std::set<IpAddress>& vips) {
  const std::vector<IpAddress> list(vips.begin(), vips.end());
  for (const PlantPort& port : plant_.ports)
    if (auto steered = port.driver->steer(list); !steered) return steered;
  return {};
}

}  // namespace drover::control
