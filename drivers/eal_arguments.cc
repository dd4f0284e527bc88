// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "drivers/eal.h"

namespace drover {

std::vector<std::string> eal_arguments(const EalSettings& settings, bool without_hugepages) {
  // The main lcore floats; each worker stands on its own CPU.
  std::string lcores = fmt::format("0@({})", fmt::join(settings.main_cpus, ","));
  for (unsigned worker = 0; worker < settings.worker_cpus.size(); ++worker)
    lcores += fmt::format(",{}@{}", Eal::worker_lcore(worker), settings.worker_cpus[worker]);

  std::vector<std::string> arguments = {"--no-telemetry", "--lcores", lcores, "--main-lcore", "0"};
  // Either way no file, lock or socket is left where another EAL could find it, nor a hugepage when
  // the process has died. EAL does not take both options at once.
  if (without_hugepages) {
    arguments.insert(arguments.end(), {"--no-huge", "--no-shconf"});
  } else {
    arguments.emplace_back("--in-memory");
  }
  // A line of EAL's information is one for our debugging.
  arguments.insert(arguments.end(), {"--log-level", settings.verbose ? "*:info" : "*:notice"});
  const std::uint64_t megabytes =
      settings.megabytes + (without_hugepages ? 0 : settings.table_megabytes);
  if (settings.numa_node && !without_hugepages) {
    // Megabytes of each node, from the first one on.
    std::string of_nodes;
    for (unsigned node = 0; node < *settings.numa_node; ++node) of_nodes += "0,";
    arguments.insert(arguments.end(), {"--socket-mem", of_nodes + fmt::format("{}", megabytes)});
  } else {
    arguments.insert(arguments.end(), {"-m", fmt::format("{}", megabytes)});
  }
  if (settings.pci) {
    arguments.insert(arguments.end(), settings.port_arguments.begin(),
                     settings.port_arguments.end());
  } else {
    // Without DMA the CPU's own addresses do.
    arguments.insert(arguments.end(), {"--no-pci", "--iova-mode", "va"});
  }
  return arguments;
}

}  // namespace drover
