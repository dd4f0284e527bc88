// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "apps/drover/doctor/finding.h"

namespace drover::client::doctor {
namespace {

std::string line(const char* word, const char* check, const std::string& what) {
  return fmt::format("{:<8} {:<16} {}\n", word, check, what);
}

}  // namespace

const std::vector<Check>& all_checks() {
  static const std::vector<Check> checks = {
      {"vip-on-host", "no VIP is an address of this host", check_vip_on_host},
      {"receive-offload", "no port merges the frames that it receives", check_receive_offload},
      {"mtu", "frames of every port fit into a buffer", check_mtu},
      {"xdp-mode", "no port runs XDP in the kernel's generic hook", check_xdp_mode},
      {"hugepages", "there are hugepages", check_hugepages},
      {"numa-node", "workers run at the NUMA node of their ports", check_numa_node},
      {"arp-of-servers", "nobody else claims a VIP", check_arp_of_servers, true},
      {"vip-on-servers", "every real server can be sent to", check_vip_on_servers, true},
      {"rp-filter", "the kernel takes the answers to health checks", check_rp_filter},
      {"multicast", "VRRP's messages can leave", check_multicast},
  };
  return checks;
}

Examination examine(const Facts& facts) {
  Examination result;
  for (const Check& check : all_checks()) {
    if (check.needs_daemon && (!facts.status || !facts.services)) {
      result.text += line("skipped", check.name, "needs a running droverd");
      continue;
    }
    const Findings findings = check.run(facts);
    if (findings.empty()) result.text += line("ok", check.name, check.all_well);
    for (const Finding& finding : findings) {
      const bool problem = finding.severity == Severity::problem;
      result.has_problems |= problem;
      result.text += line(problem ? "PROBLEM" : "advice", check.name, finding.what);
      if (!finding.remedy.empty()) result.text += line("", "", "-> " + finding.remedy);
    }
  }
  return result;
}

}  // namespace drover::client::doctor
