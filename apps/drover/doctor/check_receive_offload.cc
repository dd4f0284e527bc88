// SPDX-License-Identifier: BSD-3-Clause
// Received segments that the card or the kernel has merged are longer than a frame may be.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {

Findings check_receive_offload(const Facts& facts) {
  Findings findings;
  const auto find = [&](const std::string& device, const char* what, const char* setting) {
    findings.push_back({Severity::problem, fmt::format("{}: {}", device, what),
                        fmt::format("ethtool -K {} {} off", device, setting)});
  };
  for (const Port& port : facts.ports) {
    if (port.driver != "af_xdp") continue;
    const auto found = facts.interfaces.find(port.device);
    if (found == facts.interfaces.end()) continue;
    const Interface& interface = found->second;
    if (interface.lro) find(port.device, "large receive offload (LRO) merges frames", "lro");
    if (interface.gro_hardware) find(port.device, "the card's GRO merges frames", "rx-gro-hw");
    // In its native mode XDP sees a frame before the kernel's GRO does, in its generic mode after.
    if (interface.gro && interface.xdp == Xdp::generic)
      find(port.device, "GRO merges frames before the generic XDP hook gets them", "gro");
  }
  return findings;
}

}  // namespace drover::client::doctor
