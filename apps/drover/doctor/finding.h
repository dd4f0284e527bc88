// SPDX-License-Identifier: BSD-3-Clause
// What a check of `drover doctor` has found.
#pragma once

#include <string>
#include <vector>

#include "apps/drover/doctor/facts.h"

namespace drover::client::doctor {

enum class Severity {
  problem,  // something does not work, or not as it should
  advice,   // it works, but could do better
};

struct Finding {
  Severity severity = Severity::problem;
  std::string what;    // a sentence without a full stop
  std::string remedy;  // the command that mends it, or what to do; may be empty
  friend bool operator==(const Finding&, const Finding&) = default;
};
using Findings = std::vector<Finding>;

// One file each, named after it.
Findings check_vip_on_host(const Facts& facts);
Findings check_receive_offload(const Facts& facts);
Findings check_mtu(const Facts& facts);
Findings check_xdp_mode(const Facts& facts);
Findings check_hugepages(const Facts& facts);
Findings check_numa_node(const Facts& facts);
Findings check_arp_of_servers(const Facts& facts);
Findings check_vip_on_servers(const Facts& facts);
Findings check_rp_filter(const Facts& facts);
Findings check_multicast(const Facts& facts);

struct Check {
  const char* name;      // as it is printed
  const char* all_well;  // when it finds nothing
  Findings (*run)(const Facts&);
  bool needs_daemon = false;
};

const std::vector<Check>& all_checks();

struct Examination {
  std::string text;  // for a person
  bool has_problems = false;
};

// Every check's findings; one that needs a droverd and has none says that it was not made.
Examination examine(const Facts& facts);

}  // namespace drover::client::doctor
