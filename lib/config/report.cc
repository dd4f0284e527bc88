// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/report.h"

#include <fmt/format.h>

namespace drover::config {
namespace {

std::string count(std::size_t number, std::string_view noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string summary(const Config& config) {
  std::size_t virtual_services = 0;
  for (const Service& service : config.services) virtual_services += service.ports.size();
  std::size_t servers = 0;
  for (const auto& [name, pool] : config.pools) servers += pool.servers.size();
  auto text = fmt::format("{}, {}, {}, {}", count(virtual_services, "virtual service"),
                          count(servers, "server"), count(config.ports.size(), "port"),
                          count(config.workers.count, "worker"));
  if (config.node) text += fmt::format(", node {}", config.nodes[*config.node].name);
  return text;
}

}  // namespace

std::string warning_line(const Error& warning) {
  return to_string(Error{warning.where, "warning: " + warning.what, warning.remedy});
}

std::string check_report(const std::string& path, const ResultOrErrors<Loaded>& loaded) {
  std::string report;
  if (!loaded) {
    for (const Error& error : loaded.error()) report += to_string(error) + "\n";
    return report + fmt::format("{}: {}\n", path, count(loaded.error().size(), "error"));
  }
  for (const Error& warning : loaded->warnings) report += warning_line(warning) + "\n";
  return report + fmt::format("{}: ok: {}\n", path, summary(loaded->config));
}

}  // namespace drover::config
