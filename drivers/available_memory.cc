// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/available_memory.h"

#include <fstream>
#include <limits>

namespace drover {

std::optional<std::uint64_t> available_megabytes(const std::string& procfs) {
  std::ifstream file(procfs + "/meminfo");
  // "MemAvailable:   22290000 kB"
  for (std::string key; file >> key;) {
    std::uint64_t kilobytes = 0;
    if (key == "MemAvailable:" && file >> kilobytes) return kilobytes / 1024;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return std::nullopt;
}

}  // namespace drover
