// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vlan_interface.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace drover::control {

// Lines such as "eth0.10 | 10 | eth0", under two of headings.
std::string vlan_interface(const std::string& parent, std::uint16_t vlan, const std::string& list) {
  std::ifstream lines(list);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name;
    std::string first_bar;
    unsigned id = 0;
    std::string second_bar;
    std::string below;
    if (words >> name >> first_bar >> id >> second_bar >> below && first_bar == "|" &&
        second_bar == "|" && id == vlan && below == parent)
      return name;
  }
  return fmt::format("{}.{}", parent, vlan);
}

}  // namespace drover::control
