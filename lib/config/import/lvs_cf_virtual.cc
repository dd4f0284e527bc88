// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/lvs_cf_virtual.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "lib/config/import/import_values.h"
#include "lib/config/import/nanny_check.h"

namespace drover::config {
namespace {

class LvsVirtual {
 public:
  LvsVirtual(LvsValues& values, Imported& imported, std::vector<std::string>& names)
      : values_(values), imported_(imported), names_(names) {}

  void virtual_server(const LvsSection& section) {
    values_.look_at_keywords(section, lvs_virtual_keywords(), "virtual");
    ImportedService service;
    service.name = name_from(section.name, names_);
    const LvsAssignment* at = section.find("address");
    const auto vip = at == nullptr || at->values.size() != 2 ? std::nullopt
                                                             : values_.address(section, "address");
    if (section.lacks("address"))
      values_.error(section.line, fmt::format("virtual {} has no address", section.name));
    if (vip) service.address = *vip;
    if (at != nullptr && at->values.size() == 2) add_device(at->values[1]);
    if (!values_.flag(section, "active", false)) service.why_not = "active = 0 in lvs.cf";
    const auto port = values_.port(section, "port", 80);
    service.ports = {port};
    const std::string protocol = values_.text(section, "protocol").value_or("tcp");
    if (protocol != "tcp" && protocol != "udp")
      values_.error(values_.line_of(section, "protocol"),
                    fmt::format("protocol is {}, expected tcp or udp", protocol));
    service.protocol = protocol == "udp" ? Protocol::udp : Protocol::tcp;
    scheduler(section, service);
    persistence(section, service);
    service.sorry_server = values_.address(section, "sorry_server");
    check(section, service, port);
    for (const LvsSection& server : section.sections)
      if (server.kind == "server") real_server(server, service, port);
    if (service.why_not.empty() && std::ranges::none_of(service.servers, [](const auto& server) {
          return server.why_not.empty();
        })) {
      service.why_not = "no server of it is active";
      values_.warn(section.line,
                   fmt::format("virtual {} has no active server: it stands in the result as "
                               "a comment",
                               section.name));
    }
    imported_.services.push_back(std::move(service));
  }

 private:
  // eth0:1 is an alias of eth0.
  void add_device(const std::string& alias) {
    const std::string device = alias.substr(0, alias.find(':'));
    if (std::ranges::find(imported_.devices, device) == imported_.devices.end())
      imported_.devices.push_back(device);
  }

  void scheduler(const LvsSection& section, ImportedService& service) {
    const std::string name = values_.text(section, "scheduler").value_or("wlc");
    if (is_ipvs_scheduler(name))
      service.scheduler = name;
    else
      values_.error(values_.line_of(section, "scheduler"),
                    fmt::format("there is no scheduler {}", name));
  }

  void persistence(const LvsSection& section, ImportedService& service) {
    const auto seconds = values_.number(section, "persistent", 0, 86'400);
    if (seconds > 0) service.persistence_seconds = static_cast<std::uint32_t>(seconds);
    const auto mask = values_.text(section, "pmask");
    if (!mask) return;
    const auto length = prefix_length_of_mask(*mask);
    if (!length || *length == 0)
      return values_.error(values_.line_of(section, "pmask"),
                           fmt::format("pmask is {}, expected a mask such as "
                                       "255.255.255.0",
                                       *mask));
    if (seconds == 0)
      return values_.comment(values_.line_of(section, "pmask"),
                             fmt::format("pmask = {}: without persistent it says nothing", *mask));
    service.persistence_mask = *length == 32 ? 0 : *length;
  }

  void check(const LvsSection& section, ImportedService& service, std::uint16_t port) {
    NannyCheck nanny{.send = values_.text(section, "send"),
                     .expect = values_.text(section, "expect"),
                     .program = values_.text(section, "send_program"),
                     .use_regex = values_.flag(section, "use_regex", false),
                     .timeout_seconds = values_.number(section, "timeout", 10, 3'600),
                     .reentry_seconds = values_.number(section, "reentry", 180, 86'400),
                     .port = port,
                     .udp = service.protocol == Protocol::udp};
    if (nanny.timeout_seconds == 0)
      values_.error(values_.line_of(section, "timeout"), "timeout is 0: nanny would never pause");
    if (nanny.send && lost_its_backslashes(*nanny.send))
      values_.warn(
          values_.line_of(section, "send"),
          "send ends in rnrn: the backslashes of \\r\\n\\r\\n were lost, and no server would "
          "answer that; \\r\\n\\r\\n is taken for it");
    if (nanny.program && nanny.send)
      values_.comment(values_.line_of(section, "send"),
                      "send: send_program takes its place, as in Piranha");
    service.check = import_check(nanny);
    load_monitor(section);
    if (section.find("quiesce_server") != nullptr) quiesce(section);
  }

  void load_monitor(const LvsSection& section) {
    const auto monitor = values_.text(section, "load_monitor");
    if (!monitor) return;
    const std::string note = fmt::format("load_monitor = {}", *monitor);
    if (*monitor == "none")
      return values_.comment(values_.line_of(section, "load_monitor"),
                             note +
                                 ": servers keep their weights here, "
                                 "too");
    values_.warn(
        values_.line_of(section, "load_monitor"),
        note +
            ": drover logs on to no server; with an `agent` check a server reports its own "
            "weight");
    values_.comment(values_.line_of(section, "load_monitor"), note + ": use an `agent` check");
  }

  void quiesce(const LvsSection& section) {
    const bool quiesces = values_.flag(section, "quiesce_server", false);
    values_.comment(
        values_.line_of(section, "quiesce_server"),
        quiesces ? "quiesce_server = 1: a server that is down keeps its connections as long as "
                   "it can be reached"
                 : "quiesce_server = 0: a server that is down is not forgotten, so its "
                   "connections are not cut at once");
  }

  void real_server(const LvsSection& section, ImportedService& service, std::uint16_t port) {
    values_.look_at_keywords(section, lvs_server_keywords(), "server");
    ImportedServer server;
    std::vector<std::string> taken;
    for (const ImportedServer& other : service.servers) taken.push_back(other.name);
    server.name = name_from(section.name, taken);
    if (section.lacks("address"))
      values_.error(section.line, fmt::format("server {} has no address", section.name));
    if (const auto own = values_.address(section, "address")) server.address = *own;
    server.weight = static_cast<std::uint32_t>(values_.number(section, "weight", 1, 65'535));
    if (!values_.flag(section, "active", false)) server.why_not = "active = 0 in lvs.cf";
    if (const auto own = values_.number(section, "port", port, 65'535); own != port) {
      server.why_not = fmt::format(
          "its port {} is not the service's: direct routing cannot change "
          "a port",
          own);
      values_.warn(values_.line_of(section, "port"),
                   fmt::format("server {}: {}", section.name, server.why_not));
    }
    service.servers.push_back(std::move(server));
  }

  LvsValues& values_;
  Imported& imported_;
  std::vector<std::string>& names_;
};

}  // namespace

void import_lvs_virtual(LvsValues& values, const LvsSection& section, Imported& imported,
                        std::vector<std::string>& names) {
  LvsVirtual(values, imported, names).virtual_server(section);
}

}  // namespace drover::config
