// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/numa_node.h"

#include <fmt/format.h>
#include <linux/mempolicy.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

namespace drover {
namespace {

// "cpu3" behind "cpu" gives 3.
std::optional<unsigned> number_behind(const std::string& word, const std::string& name) {
  unsigned number = 0;
  const char* begin = name.data() + std::min(word.size(), name.size());
  const char* end = name.data() + name.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  const bool good = name.starts_with(word) && error == std::errc() && stop == end;
  return good ? std::optional(number) : std::nullopt;
}

}  // namespace

std::optional<unsigned> numa_node_of_device(const std::string& device, const std::string& sysfs) {
  if (device.empty()) return std::nullopt;
  for (const std::string& file : {fmt::format("{}/class/net/{}/device/numa_node", sysfs, device),
                                  fmt::format("{}/bus/pci/devices/{}/numa_node", sysfs, device)}) {
    int node = -1;
    if (std::ifstream(file) >> node && node >= 0) return static_cast<unsigned>(node);
  }
  return std::nullopt;
}

// /sys/devices/system/node/node0/cpu3 and so on.
std::map<unsigned, unsigned> numa_nodes_of_cores(const std::string& sysfs) {
  std::map<unsigned, unsigned> nodes;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(sysfs + "/devices/system/node", error)) {
    const auto node = number_behind("node", entry.path().filename().string());
    if (!node) continue;
    for (const auto& inner : std::filesystem::directory_iterator(entry.path(), error))
      if (const auto core = number_behind("cpu", inner.path().filename().string()))
        nodes[*core] = *node;
  }
  return nodes;
}

void prefer_memory_of_node(unsigned node) {
  constexpr unsigned bits = sizeof(unsigned long) * CHAR_BIT;
  std::vector<unsigned long> mask(node / bits + 1);
  mask.back() = 1UL << node % bits;
  // The kernel reads one bit less than it is told.
  syscall(SYS_set_mempolicy, MPOL_PREFERRED, mask.data(), mask.size() * bits + 1);
}

}  // namespace drover
