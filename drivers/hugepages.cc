// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/hugepages.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace drover {
namespace {

std::uint64_t read_number(const std::filesystem::path& file) {
  std::uint64_t number = 0;
  std::ifstream(file) >> number;
  return number;
}

// "hugepages-2048kB" gives 2048; 0 for another name.
std::uint64_t page_kilobytes(std::string_view directory) {
  constexpr std::string_view prefix = "hugepages-";
  if (!directory.starts_with(prefix)) return 0;
  directory.remove_prefix(prefix.size());
  std::uint64_t kilobytes = 0;
  std::from_chars(directory.data(), directory.data() + directory.size(), kilobytes);
  return kilobytes;
}

Hugepages read_all(const std::filesystem::path& root) {
  Hugepages found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root, error)) {
    const std::uint64_t kilobytes = page_kilobytes(entry.path().filename().string());
    const std::uint64_t free = read_number(entry.path() / "free_hugepages");
    const std::uint64_t promised = read_number(entry.path() / "resv_hugepages");
    found.free_megabytes += (free > promised ? free - promised : 0) * kilobytes / 1024;
    found.total_megabytes += read_number(entry.path() / "nr_hugepages") * kilobytes / 1024;
  }
  return found;
}

}  // namespace

Hugepages read_hugepages(const std::string& sysfs) {
  return read_all(sysfs + "/kernel/mm/hugepages");
}

// The kernel does not say how many of a node's have been promised.
Hugepages read_hugepages_of_node(unsigned node, const std::string& sysfs) {
  return read_all(fmt::format("{}/devices/system/node/node{}/hugepages", sysfs, node));
}

}  // namespace drover
