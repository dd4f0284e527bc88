// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "lib/config/import/import.h"
#include "lib/config/import/import_values.h"
#include "lib/config/import/lvs_cf_keywords.h"
#include "lib/config/import/lvs_cf_sections.h"
#include "lib/config/import/nanny_check.h"
#include "lib/config/import/words.h"
#include "lib/config/nearest.h"

namespace drover::config {
namespace {

class LvsImport {
 public:
  Imported run(std::string_view text) {
    imported_.source = "Piranha's lvs.cf";
    const LvsSection file = read_lvs_cf(text, imported_.errors);
    look_at_keywords(file, lvs_global_keywords(), "");
    globals(file);
    for (const LvsSection& section : file.sections) {
      if (section.kind == "failover")
        failover_service(section);
      else if (section.kind == "virtual")
        virtual_server(section);
    }
    if (imported_.errors.empty() &&
        std::ranges::none_of(imported_.services,
                             [](const auto& service) { return service.why_not.empty(); }))
      error(0, "there is no active virtual server in the file, so nothing to balance");
    std::ranges::stable_sort(imported_.errors, {}, &ImportNote::line);
    std::ranges::stable_sort(imported_.warnings, {}, &ImportNote::line);
    std::ranges::stable_sort(imported_.comments, {}, &ImportNote::line);
    return std::move(imported_);
  }

 private:
  void error(std::size_t line, std::string text) {
    imported_.errors.push_back({line, std::move(text)});
  }
  void warn(std::size_t line, std::string text) {
    imported_.warnings.push_back({line, std::move(text)});
  }
  void comment(std::size_t line, std::string text) {
    imported_.comments.push_back({line, std::move(text)});
  }

  // Errors about unknown ones and their values' number; names those without a match.
  void look_at_keywords(const LvsSection& section, std::span<const LvsKeyword> keywords,
                        std::string_view where) {
    for (const LvsAssignment& assignment : section.assignments) {
      const auto known = std::ranges::find(keywords, assignment.key, &LvsKeyword::name);
      if (known == keywords.end()) {
        std::vector<std::string_view> names;
        for (const LvsKeyword& keyword : keywords) names.push_back(keyword.name);
        error(assignment.line, fmt::format("Piranha has no keyword {} {}; {}", assignment.key,
                                           where.empty() ? "outside of sections" : "here",
                                           suggest(assignment.key, names, "there are")));
        continue;
      }
      check_values(assignment, *known);
      if (known->no_match.empty()) continue;
      const std::string text = fmt::format("{} = {}: {}", assignment.key,
                                           fmt::join(assignment.values, " "), known->no_match);
      comment(assignment.line, text);
      if (known->matters) warn(assignment.line, text);
    }
  }

  void check_values(const LvsAssignment& assignment, const LvsKeyword& keyword) {
    const std::size_t wanted = keyword.two_values ? 2 : 1;
    if (assignment.values.size() > wanted)
      error(assignment.line, fmt::format("{} takes {} here, not {}", assignment.key,
                                         wanted == 1 ? "one value" : "two values",
                                         fmt::join(assignment.values, " ")));
    else if (assignment.values.size() < wanted)
      error(assignment.line,
            fmt::format("{} needs an address and an interface, such as \"192.0.2.10 eth0:1\", and "
                        "has only {}",
                        assignment.key, assignment.values[0]));
  }

  // The values of keywords, each with an error if it is none of its kind.
  std::optional<std::string> text(const LvsSection& section, std::string_view key) const {
    const LvsAssignment* found = section.find(key);
    return found == nullptr ? std::nullopt : std::optional(unquoted(found->values[0]));
  }
  std::size_t line_of(const LvsSection& section, std::string_view key) const {
    const LvsAssignment* found = section.find(key);
    return found == nullptr ? section.line : found->line;
  }
  std::uint64_t number(const LvsSection& section, std::string_view key, std::uint64_t otherwise,
                       std::uint64_t most = 0xffff'ffff) {
    const auto given = text(section, key);
    if (!given) return otherwise;
    const auto value = number_of_any_base(*given);
    if (value && *value <= most) return *value;
    error(line_of(section, key),
          fmt::format("{} is {}, expected a whole number of at most {}", key, *given, most));
    return otherwise;
  }
  bool flag(const LvsSection& section, std::string_view key, bool otherwise) {
    return number(section, key, otherwise ? 1 : 0, 1) == 1;
  }
  std::optional<IpAddress> address(const LvsSection& section, std::string_view key) {
    const auto given = text(section, key);
    if (!given) return std::nullopt;
    const auto address = IpAddress::parse(*given);
    if (!address)
      error(line_of(section, key),
            fmt::format("{} is {}, expected an IP address (a host's name is not looked up here)",
                        key, *given));
    return address;
  }

  void globals(const LvsSection& file) {
    pair(file);
    network(file);
    Timeouts timeouts;
    const auto set = [&](std::string_view key, Milliseconds& place) {
      const auto seconds = number(file, key, 0, 86'400);
      if (seconds == 0) return;  // Piranha leaves the kernel's
      place = Milliseconds(1'000 * seconds);
      imported_.timeouts = timeouts;
    };
    set("tcp_timeout", timeouts.tcp_established);
    set("tcpfin_timeout", timeouts.tcp_fin_wait);
    set("udp_timeout", timeouts.udp);
    const std::string service = text(file, "service").value_or("lvs");
    if (service == "fos")
      warn(line_of(file, "service"),
           "service = fos: failover services are not load balancing; virtual servers alone are "
           "taken over");
    else if (service != "lvs")
      error(line_of(file, "service"), fmt::format("service is {}, expected lvs or fos", service));
  }

  void pair(const LvsSection& file) {
    const auto primary = address(file, "primary");
    const auto backup = address(file, "backup");
    const auto keepalive = number(file, "keepalive", 2, 86'400);
    const auto deadtime = number(file, "deadtime", 5, 86'400);
    const bool sync = flag(file, "syncdaemon", false);
    if (!flag(file, "backup_active", false)) {
      for (const auto key :
           {"primary", "backup", "backup_active", "keepalive", "deadtime", "syncdaemon"})
        if (file.find(key) != nullptr)
          comment(line_of(file, key), fmt::format("{} = {}: without backup_active = 1 there is one "
                                                  "balancer",
                                                  key, *text(file, key)));
      return;
    }
    if (!primary || !backup) {
      if (imported_.errors.empty())
        warn(line_of(file, "backup_active"),
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
        .sync = sync};
  }

  void network(const LvsSection& file) {
    const std::string kind = text(file, "network").value_or("nat");
    if (kind == "direct") return;
    if (kind != "nat" && kind != "tunnel")
      return error(line_of(file, "network"),
                   fmt::format("network is {}, expected direct, nat or tunnel", kind));
    const std::string how = file.find("network") == nullptr ? "there is no network =, so it is nat"
                                                            : "network = " + kind;
    warn(line_of(file, "network"),
         how +
             ": drover has direct routing only. Every real server needs the virtual address on "
             "its loopback (scripts/realserver) and a network that it shares with the balancer");
    comment(line_of(file, "network"), how + ": direct routing instead");
  }

  void failover_service(const LvsSection& section) {
    const std::string text =
        fmt::format("failover {}: a failover service is not load balancing", section.name);
    warn(section.line, text);
    comment(section.line, text);
    look_at_keywords(section, lvs_virtual_keywords(), "failover");
  }

  void virtual_server(const LvsSection& section) {
    look_at_keywords(section, lvs_virtual_keywords(), "virtual");
    ImportedService service;
    service.name = name_from(section.name, names_);
    const LvsAssignment* at = section.find("address");
    const auto vip =
        at == nullptr || at->values.size() != 2 ? std::nullopt : address(section, "address");
    if (section.lacks("address"))
      error(section.line, fmt::format("virtual {} has no address", section.name));
    if (vip) service.address = *vip;
    if (at != nullptr && at->values.size() == 2) add_device(at->values[1]);
    if (!flag(section, "active", false)) service.why_not = "active = 0 in lvs.cf";
    const auto port = static_cast<std::uint16_t>(port_number(section, "port", 80));
    service.ports = {port};
    const std::string protocol = text(section, "protocol").value_or("tcp");
    if (protocol != "tcp" && protocol != "udp")
      error(line_of(section, "protocol"),
            fmt::format("protocol is {}, expected tcp or udp", protocol));
    service.protocol = protocol == "udp" ? Protocol::udp : Protocol::tcp;
    scheduler(section, service);
    persistence(section, service);
    service.sorry_server = address(section, "sorry_server");
    check(section, service, port);
    for (const LvsSection& server : section.sections)
      if (server.kind == "server") real_server(server, service, port);
    if (service.why_not.empty() && std::ranges::none_of(service.servers, [](const auto& server) {
          return server.why_not.empty();
        })) {
      service.why_not = "no server of it is active";
      warn(section.line, fmt::format("virtual {} has no active server: it stands in the result as "
                                     "a comment",
                                     section.name));
    }
    imported_.services.push_back(std::move(service));
  }

  std::uint64_t port_number(const LvsSection& section, std::string_view key,
                            std::uint64_t otherwise) {
    const auto given = text(section, key);
    if (!given) return otherwise;
    if (const auto port = port_of_service(*given, "tcp")) return *port;
    error(line_of(section, key), fmt::format("{} is {}, expected a port's number or the name of a "
                                             "TCP service",
                                             key, *given));
    return otherwise;
  }

  // eth0:1 is an alias of eth0.
  void add_device(const std::string& alias) {
    const std::string device = alias.substr(0, alias.find(':'));
    if (std::ranges::find(imported_.devices, device) == imported_.devices.end())
      imported_.devices.push_back(device);
  }

  void scheduler(const LvsSection& section, ImportedService& service) {
    const std::string name = text(section, "scheduler").value_or("wlc");
    if (is_ipvs_scheduler(name))
      service.scheduler = name;
    else
      error(line_of(section, "scheduler"), fmt::format("there is no scheduler {}", name));
  }

  void persistence(const LvsSection& section, ImportedService& service) {
    const auto seconds = number(section, "persistent", 0, 86'400);
    if (seconds > 0) service.persistence_seconds = static_cast<std::uint32_t>(seconds);
    const auto mask = text(section, "pmask");
    if (!mask) return;
    const auto length = prefix_length_of_mask(*mask);
    if (!length || *length == 0)
      return error(line_of(section, "pmask"), fmt::format("pmask is {}, expected a mask such as "
                                                          "255.255.255.0",
                                                          *mask));
    if (seconds == 0)
      return comment(line_of(section, "pmask"),
                     fmt::format("pmask = {}: without persistent it says nothing", *mask));
    service.persistence_mask = *length == 32 ? 0 : *length;
  }

  void check(const LvsSection& section, ImportedService& service, std::uint16_t port) {
    NannyCheck nanny{.send = text(section, "send"),
                     .expect = text(section, "expect"),
                     .program = text(section, "send_program"),
                     .use_regex = flag(section, "use_regex", false),
                     .timeout_seconds = number(section, "timeout", 10, 3'600),
                     .reentry_seconds = number(section, "reentry", 180, 86'400),
                     .port = port,
                     .udp = service.protocol == Protocol::udp};
    if (nanny.timeout_seconds == 0)
      error(line_of(section, "timeout"), "timeout is 0: nanny would never pause");
    if (nanny.send && lost_its_backslashes(*nanny.send))
      warn(line_of(section, "send"),
           "send ends in rnrn: the backslashes of \\r\\n\\r\\n were lost, and no server would "
           "answer that; \\r\\n\\r\\n is taken for it");
    if (nanny.program && nanny.send)
      comment(line_of(section, "send"), "send: send_program takes its place, as in Piranha");
    service.check = import_check(nanny);
    load_monitor(section);
    if (section.find("quiesce_server") != nullptr) quiesce(section);
  }

  void load_monitor(const LvsSection& section) {
    const auto monitor = text(section, "load_monitor");
    if (!monitor) return;
    const std::string note = fmt::format("load_monitor = {}", *monitor);
    if (*monitor == "none")
      return comment(line_of(section, "load_monitor"), note +
                                                           ": servers keep their weights here, "
                                                           "too");
    warn(line_of(section, "load_monitor"),
         note +
             ": drover logs on to no server; with an `agent` check a server reports its own "
             "weight");
    comment(line_of(section, "load_monitor"), note + ": use an `agent` check");
  }

  void quiesce(const LvsSection& section) {
    const bool quiesces = flag(section, "quiesce_server", false);
    comment(line_of(section, "quiesce_server"),
            quiesces ? "quiesce_server = 1: a server that is down keeps its connections as long as "
                       "it can be reached"
                     : "quiesce_server = 0: a server that is down is not forgotten, so its "
                       "connections are not cut at once");
  }

  void real_server(const LvsSection& section, ImportedService& service, std::uint16_t port) {
    look_at_keywords(section, lvs_server_keywords(), "server");
    ImportedServer server;
    std::vector<std::string> taken;
    for (const ImportedServer& other : service.servers) taken.push_back(other.name);
    server.name = name_from(section.name, taken);
    if (section.lacks("address"))
      error(section.line, fmt::format("server {} has no address", section.name));
    if (const auto own = address(section, "address")) server.address = *own;
    server.weight = static_cast<std::uint32_t>(number(section, "weight", 1, 65'535));
    if (!flag(section, "active", false)) server.why_not = "active = 0 in lvs.cf";
    if (const auto own = number(section, "port", port, 65'535); own != port) {
      server.why_not = fmt::format(
          "its port {} is not the service's: direct routing cannot change "
          "a port",
          own);
      warn(line_of(section, "port"), fmt::format("server {}: {}", section.name, server.why_not));
    }
    service.servers.push_back(std::move(server));
  }

  Imported imported_;
  std::vector<std::string> names_;
};

}  // namespace

Imported import_lvs_cf(std::string_view text) {
  return LvsImport().run(text);
}

}  // namespace drover::config
