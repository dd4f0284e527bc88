// SPDX-License-Identifier: BSD-3-Clause
// Which addresses' frames the ports hand to the workers, while that set changes. Control thread
// only.
#pragma once

#include <set>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/plant.h"

namespace drover::control {

std::set<IpAddress> vips_of(const config::Config& config);

class Steering {
 public:
  explicit Steering(const Plant& plant) : plant_(plant) {}

  // Adds what is missing, before a snapshot serves it. An error: as it was before.
  Result<void> admit(const std::set<IpAddress>& vips);
  // Only these from now on, after a snapshot that serves no others.
  void settle(const std::set<IpAddress>& vips);

 private:
  Result<void> steer(const std::set<IpAddress>& vips);

  const Plant& plant_;
  std::set<IpAddress> steered_;
};

}  // namespace drover::control
