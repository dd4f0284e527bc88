// SPDX-License-Identifier: BSD-3-Clause
// Frames of a card at another processor cross the link between the two, twice each.
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {
namespace {

std::vector<unsigned> cores_of(const Facts& facts, unsigned node) {
  std::vector<unsigned> cores;
  for (const auto& [core, its_node] : facts.numa_node_of_core)
    if (its_node == node) cores.push_back(core);
  return cores;
}

}  // namespace

Findings check_numa_node(const Facts& facts) {
  Findings findings;
  for (const Port& port : facts.ports) {
    const auto found = facts.interfaces.find(port.device);
    if (found == facts.interfaces.end() || !found->second.numa_node) continue;
    const unsigned node = *found->second.numa_node;
    for (const unsigned core : facts.cores) {
      const auto at = facts.numa_node_of_core.find(core);
      if (at == facts.numa_node_of_core.end() || at->second == node) continue;
      findings.push_back(
          {Severity::advice,
           fmt::format("{} is at NUMA node {}, but a worker runs on core {} of node {}",
                       port.device, node, core, at->second),
           fmt::format("in the file: workers: {{cores: [...]}}, of the cores {}",
                       fmt::join(cores_of(facts, node), ", "))});
    }
  }
  return findings;
}

}  // namespace drover::client::doctor
