// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/link_watch.h"

#include <fmt/format.h>

namespace drover::control {

void LinkWatch::look(const Plant& plant) {
  up_.resize(plant.ports.size(), true);
  for (std::size_t i = 0; i < plant.ports.size(); ++i) {
    const bool up = plant.ports[i].ethdev->link_up();
    if (up == up_[i]) continue;
    up_[i] = up;
    events_.post(EventKind::link, up ? log::Level::info : log::Level::warning,
                 fmt::format("port {}", plant.ports[i].config->name),
                 up ? "the link is up" : "the link is down");
  }
}

}  // namespace drover::control
