// SPDX-License-Identifier: BSD-3-Clause
// Makes an event of a port's link that comes or goes. Control thread only.
#pragma once

#include <vector>

#include "lib/control/event_log.h"
#include "lib/control/plant.h"

namespace drover::control {

class LinkWatch {
 public:
  explicit LinkWatch(EventLog& events) : events_(events) {}

  // Compares with the last call; before the first one all links are taken to be up.
  void look(const Plant& plant);

 private:
  EventLog& events_;
  std::vector<bool> up_;  // by PortId
};

}  // namespace drover::control
