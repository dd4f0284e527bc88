// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/eal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_memory.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "drivers/available_memory.h"
#include "drivers/driver_log.h"
#include "drivers/hugepages.h"
#include "lib/base/log.h"

namespace drover {
namespace {

std::vector<unsigned> cpus_of(const cpu_set_t& set) {
  std::vector<unsigned> cpus;
  for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  return cpus;
}

Result<void> check_cpus(const EalSettings& settings, const std::vector<unsigned>& allowed) {
  for (const unsigned cpu : settings.worker_cpus) {
    if (std::find(allowed.begin(), allowed.end(), cpu) == allowed.end())
      return failure("workers", fmt::format("this process may not run on CPU {}", cpu),
                     fmt::format("it may on {}", fmt::join(allowed, ", ")));
  }
  return {};
}

// Ordinary memory is taken as it is first used: what is not there would be missed only under load.
Result<void> check_ordinary_memory(std::uint64_t megabytes) {
  const auto available = available_megabytes();
  if (!available || megabytes <= *available) return {};
  return failure("memory",
                 fmt::format("{} MB are available, {} MB are needed", *available, megabytes),
                 "lower `connections`");
}

// True when EAL is to run without hugepages.
Result<bool> choose_memory(const EalSettings& settings) {
  const Hugepages pages = read_hugepages();
  const std::uint64_t needed = settings.megabytes + settings.table_megabytes;
  if (pages.free_megabytes >= needed) return false;
  const std::string reserve =
      fmt::format("reserve 2 MB pages: sysctl -w vm.nr_hugepages={}",
                  (pages.total_megabytes + needed - pages.free_megabytes + 1) / 2);
  if (!settings.pci) {
    if (auto enough = check_ordinary_memory(needed); !enough) return tl::unexpected(enough.error());
    log::warning(
        "hugepages: {} MB are free, {} MB are needed: running without, which is slower; {}",
        pages.free_megabytes, needed, reserve);
    return true;
  }
  return failure("hugepages",
                 fmt::format("{} MB are free, {} MB are needed", pages.free_megabytes, needed),
                 reserve);
}

// The NUMA node that is wanted, if its hugepages suffice.
std::optional<unsigned> choose_node(const EalSettings& settings) {
  if (!settings.numa_node) return std::nullopt;
  const std::uint64_t needed = settings.megabytes + settings.table_megabytes;
  const std::uint64_t free = read_hugepages_of_node(*settings.numa_node).free_megabytes;
  if (free >= needed) return settings.numa_node;
  log::warning(
      "hugepages: {} MB are free at NUMA node {}, {} MB are needed: others' are used, too, which "
      "is slower",
      free, *settings.numa_node, needed);
  return std::nullopt;
}

int init(std::vector<std::string> arguments) {
  // EAL keeps pointers into its arguments.
  static std::vector<std::string> kept;
  static std::vector<char*> argv;
  kept = std::move(arguments);
  kept.insert(kept.begin(), "droverd");
  argv.reserve(kept.size() + 1);
  for (std::string& argument : kept) argv.push_back(argument.data());
  argv.push_back(nullptr);
  return rte_eal_init(static_cast<int>(kept.size()), argv.data());
}

// EAL makes one although nothing is kept there; it goes unless another EAL uses it.
void remove_runtime_directory() {
  const std::filesystem::path directory = rte_eal_get_runtime_dir();
  std::error_code error;
  if (std::filesystem::remove(directory, error))
    std::filesystem::remove(directory.parent_path(), error);
}

}  // namespace

Result<std::unique_ptr<Eal>> Eal::start(const EalSettings& settings) {
  cpu_set_t affinity;
  if (sched_getaffinity(0, sizeof affinity, &affinity) != 0)
    return failure("EAL", "the CPUs of this process cannot be read: " + errno_text(errno));
  const auto allowed = cpus_of(affinity);
  if (auto checked = check_cpus(settings, allowed); !checked)
    return tl::unexpected(checked.error());
  const auto without_hugepages = choose_memory(settings);
  if (!without_hugepages) return tl::unexpected(without_hugepages.error());

  EalSettings complete = settings;
  if (complete.main_cpus.empty()) complete.main_cpus = allowed;
  complete.numa_node = *without_hugepages ? std::nullopt : choose_node(settings);
  const auto arguments = eal_arguments(complete, *without_hugepages);
  route_driver_logs();
  log::debug("EAL: {}", fmt::join(arguments, " "));
  LogCapture captured;
  const int result = init(arguments);
  // It has pinned this thread to the main lcore, and later threads would inherit that.
  sched_setaffinity(0, sizeof affinity, &affinity);
  if (result < 0)
    return failure("EAL", fmt::format("DPDK does not start: {} ({})", errno_text(rte_errno),
                                      captured.cause()));
  route_libxdp_log();
  remove_runtime_directory();
  const int socket = complete.numa_node ? static_cast<int>(*complete.numa_node) : SOCKET_ID_ANY;
  return std::unique_ptr<Eal>(new Eal(*without_hugepages, socket));
}

Eal::~Eal() {
  rte_eal_cleanup();
}

}  // namespace drover
