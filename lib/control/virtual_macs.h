// SPDX-License-Identifier: BSD-3-Clause
// Has the ports take frames for the virtual MAC addresses of VRRP instances, and remembers where
// that is not as one would wish. Control thread only.
#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/control/event_log.h"
#include "lib/control/plant.h"
#include "lib/net/address.h"

namespace drover::control {

class VirtualMacs {
 public:
  VirtualMacs(const Plant& plant, EventLog& events) : plant_(plant), events_(events) {}

  // After the ethdevs' start; a port that was asked before is not asked again. False: one of the
  // ports takes no frames for it, so that the VIPs had better be at the ports' own addresses.
  bool receive(const MacAddress& mac, const std::set<std::size_t>& ports);
  // Sentences for the status.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  bool ask(const MacAddress& mac, std::size_t port);
  void note(log::Level level, const config::Port& port, const std::string& text);

  const Plant& plant_;
  EventLog& events_;
  std::map<std::pair<MacAddress, std::size_t>, bool> received_;
  std::vector<std::string> notes_;
};

}  // namespace drover::control
