// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/virtual_macs.h"

#include <fmt/format.h>

namespace drover::control {

bool VirtualMacs::receive(const MacAddress& mac, const std::set<std::size_t>& ports) {
  bool all = true;
  for (const std::size_t port : ports) {
    const auto [known, is_new] = received_.try_emplace({mac, port}, false);
    if (is_new) known->second = ask(mac, port);
    all &= known->second;
  }
  return all;
}

bool VirtualMacs::ask(const MacAddress& mac, std::size_t index) {
  const PlantPort& port = plant_.ports[index];
  const auto reception = port.driver->receive_also(mac);
  if (!reception) {
    note(log::Level::warning, *port.config,
         fmt::format("no frames for the virtual MAC address come in, so its own is used and "
                     "announced: {}",
                     to_string(reception.error())));
    return false;
  }
  if (*reception == MacReception::promiscuous)
    note(log::Level::info, *port.config,
         fmt::format("takes all frames (promiscuous), as its filter has no room for the virtual "
                     "MAC address {}",
                     to_string(mac)));
  return true;
}

void VirtualMacs::note(log::Level level, const config::Port& port, const std::string& text) {
  const std::string subject = fmt::format("port {}", port.name);
  events_.post(EventKind::takeover, level, subject, text);
  notes_.push_back(fmt::format("{}: {}", subject, text));
}

}  // namespace drover::control
