// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/lvs_cf_globals.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/import/words.h"

namespace drover::config {
namespace {

class LvsGlobals {
 public:
  LvsGlobals(LvsValues& values, Imported& imported) : values_(values), imported_(imported) {}

  void globals(const LvsSection& file) {
    pair(file);
    network(file);
    Timeouts timeouts;
    const auto set = [&](std::string_view key, Milliseconds& place) {
      const auto seconds = values_.number(file, key, 0, 86'400);
      if (seconds == 0) return;  // Piranha leaves the kernel's
      place = Milliseconds(1'000 * seconds);
      imported_.timeouts = timeouts;
    };
    set("tcp_timeout", timeouts.tcp_established);
    set("tcpfin_timeout", timeouts.tcp_fin_wait);
    set("udp_timeout", timeouts.udp);
    const std::string service = values_.text(file, "service").value_or("lvs");
    if (service == "fos")
      values_.warn(
          values_.line_of(file, "service"),
          "service = fos: failover services are not load balancing; virtual servers alone are "
          "taken over");
    else if (service != "lvs")
      values_.error(values_.line_of(file, "service"),
                    fmt::format("service is {}, expected lvs or fos", service));
  }

 private:
  void pair(const LvsSection& file) {
    const auto primary = values_.address(file, "primary");
    const auto backup = values_.address(file, "backup");
    const auto keepalive = values_.number(file, "keepalive", 2, 86'400);
    const auto deadtime = values_.number(file, "deadtime", 5, 86'400);
    const bool sync = values_.flag(file, "syncdaemon", false);
    if (!values_.flag(file, "backup_active", false)) {
      for (const auto key : {"primary", "backup", "backup_active", "keepalive", "deadtime",
                             "syncdaemon", "active_cmd", "inactive_cmd"})
        if (file.find(key) != nullptr)
          values_.comment(values_.line_of(file, key),
                          fmt::format("{} = {}: without backup_active = 1 there is one "
                                      "balancer",
                                      key, *values_.text(file, key)));
      return;
    }
    if (!primary || !backup) {
      if (imported_.errors.empty())
        values_.warn(
            values_.line_of(file, "backup_active"),
            "backup_active = 1, but primary or backup is missing: Piranha would clear it, and the "
            "result is for one balancer");
      return;
    }
    // Three missed advertisements make the backup master.
    const std::uint64_t interval = std::clamp<std::uint64_t>(deadtime * 1'000 / 4, 100, 1'000);
    imported_.pair = ImportedPair{
        .primary = *primary,
        .backup = *backup,
        .interval = Milliseconds(interval),
        .comment = fmt::format("Piranha: keepalive = {} s, deadtime = {} s, and no failback. The "
                               "backup takes over after three intervals.",
                               keepalive, deadtime),
        .sync = sync,
        .when_master = program(file, "active_cmd"),
        .when_backup = program(file, "inactive_cmd")};
  }

  // A command line that Piranha took apart at blanks.
  std::vector<std::string> program(const LvsSection& file, std::string_view key) {
    const auto line = values_.text(file, key);
    if (!line) return {};
    const auto lines = word_lines(*line);
    if (lines.size() != 1 || !lines[0].words[0].starts_with('/')) {
      const std::string text =
          fmt::format("{} = {}: a program is named by its whole path", key, *line);
      values_.warn(values_.line_of(file, key), text);
      values_.comment(values_.line_of(file, key), text);
      return {};
    }
    values_.warn(
        values_.line_of(file, key),
        fmt::format("{} = {}: `notify` runs it as the user nobody, not as root", key, *line));
    return lines[0].words;
  }

  void network(const LvsSection& file) {
    const std::string kind = values_.text(file, "network").value_or("nat");
    if (kind == "direct") return;
    if (kind != "nat" && kind != "tunnel")
      return values_.error(values_.line_of(file, "network"),
                           fmt::format("network is {}, expected direct, nat or tunnel", kind));
    const std::string how = file.find("network") == nullptr ? "there is no network =, so it is nat"
                                                            : "network = " + kind;
    values_.warn(
        values_.line_of(file, "network"),
        how +
            ": drover has direct routing only. Every real server needs the virtual address on "
            "its loopback (scripts/realserver) and a network that it shares with the balancer");
    values_.comment(values_.line_of(file, "network"), how + ": direct routing instead");
  }

  LvsValues& values_;
  Imported& imported_;
};

}  // namespace

void import_lvs_globals(LvsValues& values, const LvsSection& file, Imported& imported) {
  LvsGlobals(values, imported).globals(file);
}

}  // namespace drover::config
