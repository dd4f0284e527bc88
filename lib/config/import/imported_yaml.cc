// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "lib/config/duration.h"
#include "lib/config/import/imported.h"
#include "lib/config/import/words.h"

namespace drover::config {
namespace {

// A service's line that is not to be read gets a "# " before it.
void add_lines(std::string& text, const std::string& lines, bool as_comment) {
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = lines.find('\n', at);
    text += (as_comment ? "# " : "") + lines.substr(at, end - at) + "\n";
    at = end + 1;
  }
}

std::string server_line(const ImportedServer& server) {
  std::string line = fmt::format("{{name: {}, address: \"{}\", weight: {}", server.name,
                                 to_string(server.address), server.weight);
  if (server.upper_threshold > 0)
    line += fmt::format(", upper_threshold: {}", server.upper_threshold);
  if (server.lower_threshold > 0)
    line += fmt::format(", lower_threshold: {}", server.lower_threshold);
  line += "}";
  if (server.why_not.empty()) return "      - " + line + "\n";
  return fmt::format("      # {}:\n      # - {}\n", server.why_not, line);
}

std::string pool_text(const ImportedService& service) {
  std::string text = fmt::format("  {}:\n    servers:\n", service.name);
  for (const ImportedServer& server : service.servers) text += server_line(server);
  if (!service.check) return text;
  const ImportedCheck& check = *service.check;
  text += "    checks:\n";
  if (!check.comment.empty()) text += fmt::format("      # {}\n", check.comment);
  return text + fmt::format("      - {{{}, interval: {}, timeout: {}, rise: {}, fall: {}}}\n",
                            check.what, to_string(check.interval), to_string(check.timeout),
                            check.rise, check.fall);
}

std::string persistence_text(const ImportedService& service) {
  if (!service.persistence_seconds) return "";
  const std::string mask =
      service.persistence_mask == 0 ? "" : fmt::format(", mask: {}", service.persistence_mask);
  return fmt::format("    persistence: {{timeout: {}s{}}}\n", *service.persistence_seconds, mask);
}

std::string service_text(const ImportedService& service) {
  std::string text =
      fmt::format("  - name: {}\n    address: \"{}\"\n", service.name, to_string(service.address));
  text += service.ports.empty() ? "    ports: any\n"
                                : fmt::format("    ports: [{}]\n", fmt::join(service.ports, ", "));
  text += fmt::format("    protocol: {}\n    scheduler: {}\n",
                      service.protocol == Protocol::tcp ? "tcp" : "udp", service.scheduler);
  if (!service.scheduler_flags.empty())
    text += fmt::format("    scheduler_flags: [{}]\n", fmt::join(service.scheduler_flags, ", "));
  if (service.one_packet) text += "    one_packet: true\n";
  text += persistence_text(service);
  if (service.sorry_server)
    text += fmt::format("    sorry_server: \"{}\"\n", to_string(*service.sorry_server));
  return text + fmt::format("    pool: {}\n", service.name);
}

std::string head(const Imported& imported) {
  return fmt::format(
      "# Made by `drover import` from {}.\n"
      "# Look it over with `drover check`; docs/configuration.md explains each key.\n"
      "# Each real server needs the virtual addresses on its loopback and must be silent to ARP\n"
      "# for them: `scripts/realserver VIP...` sees to that.\n\n",
      imported.source);
}

std::string nodes_text(const ImportedPair& pair) {
  const auto length = [](const IpAddress& address) { return address.is_v6() ? 64 : 24; };
  return fmt::format(
      "# The host name picks the node; so does `droverd --node`. The lengths of the prefixes are\n"
      "# guessed: the source does not tell them.\n"
      "nodes:\n"
      "  primary: {{address: \"{}/{}\", priority: 200}}\n"
      "  backup: {{address: \"{}/{}\", priority: 100}}\n\n",
      to_string(pair.primary), length(pair.primary), to_string(pair.backup), length(pair.backup));
}

std::string ports_text(const std::vector<std::string>& devices) {
  std::string text = "ports:\n";
  if (devices.empty())
    return text +
           "  # The source does not name the interface: put in yours.\n"
           "  - {name: front, driver: af_xdp, device: eth0}\n\n";
  for (std::size_t i = 0; i < devices.size(); ++i)
    text += fmt::format("  - {{name: {}, driver: af_xdp, device: {}}}\n",
                        i == 0 ? "front" : fmt::format("port{}", i + 1), single_quoted(devices[i]));
  return text + "\n";
}

// `, notify: {...}`, or nothing.
std::string notify_text(const ImportedPair& pair) {
  std::vector<std::string> keys;
  const auto add = [&](const char* key, const std::vector<std::string>& command) {
    std::vector<std::string> words;
    for (const std::string& word : command) words.push_back(single_quoted(word));
    if (!words.empty()) keys.push_back(fmt::format("{}: [{}]", key, fmt::join(words, ", ")));
  };
  add("master", pair.when_master);
  add("backup", pair.when_backup);
  return keys.empty() ? "" : fmt::format(", notify: {{{}}}", fmt::join(keys, ", "));
}

std::string failover_text(const ImportedPair& pair) {
  return fmt::format(
      "failover:\n"
      "  vrrp:\n"
      "    # {}\n"
      "    - {{id: 51, interval: {}, peers: [\"{}\", \"{}\"]{}}}\n{}\n",
      pair.comment, to_string(pair.interval), to_string(pair.primary), to_string(pair.backup),
      notify_text(pair),
      pair.sync ? "  # Both balancers need the same key there; any 32 random bytes will do.\n"
                  "  sync: {key_file: /etc/drover/sync.key}\n"
                : "");
}

std::string timeouts_text(const Timeouts& timeouts) {
  return fmt::format("timeouts: {{tcp_established: {}, tcp_fin_wait: {}, udp: {}}}\n\n",
                     to_string(timeouts.tcp_established), to_string(timeouts.tcp_fin_wait),
                     to_string(timeouts.udp));
}

}  // namespace

std::string to_yaml(const Imported& imported) {
  std::string text = head(imported);
  if (imported.pair) text += nodes_text(*imported.pair);
  text += ports_text(imported.devices) + "pools:\n";
  for (const ImportedService& service : imported.services)
    add_lines(text, pool_text(service), !service.why_not.empty());
  text += "\nservices:\n";
  for (const ImportedService& service : imported.services) {
    if (!service.why_not.empty()) text += fmt::format("  # {}:\n", service.why_not);
    add_lines(text, service_text(service), !service.why_not.empty());
  }
  text += "\n";
  if (imported.timeouts) text += timeouts_text(*imported.timeouts);
  if (imported.pair) text += failover_text(*imported.pair);
  if (!imported.comments.empty()) text += "# What was not taken over, and why:\n";
  for (const ImportNote& note : imported.comments)
    text += note.line == 0 ? fmt::format("#   {}\n", note.text)
                           : fmt::format("#   line {}: {}\n", note.line, note.text);
  return text;
}

}  // namespace drover::config
