// SPDX-License-Identifier: BSD-3-Clause
// `drover service add|remove`: what `ipvsadm -A` and `-D` did.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "apps/drover/change.h"

namespace drover::client {
namespace {

struct Options {
  std::string name;
  std::string address;
  std::vector<std::string> ports;
  std::string protocol = "tcp";
  std::string scheduler = "rr";
  std::optional<std::string> pool;
  std::vector<std::string> servers;
  std::optional<std::string> persistence;
  std::optional<std::uint32_t> mask;
  bool across_ports = false;
  bool one_packet = false;
  std::vector<std::string> scheduler_flags;
  std::optional<std::string> sorry_server;
  std::vector<std::string> allow;
  std::vector<std::string> deny;
};

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + api::json_string(text);
  return "[" + list + "]";
}

std::string persistence_of(const Options& options) {
  std::string keys;
  const auto add = [&keys](const std::string& key) { keys += (keys.empty() ? "" : ", ") + key; };
  if (options.persistence)
    add(fmt::format(R"("timeout": {})", api::json_string(*options.persistence)));
  if (options.mask) add(fmt::format(R"("mask": {})", *options.mask));
  if (options.across_ports) add(R"("across_ports": true)");
  return keys.empty() ? "" : ", \"persistence\": {" + keys + "}";
}

// The keys are the file's, and droverd judges their values as it would there.
std::string body_of(const Options& options) {
  const auto text = [](const std::string& value) { return api::json_string(value); };
  std::string body = fmt::format(R"({{"name": {}, "address": {}, "protocol": {}, "scheduler": {})",
                                 text(options.name), text(options.address), text(options.protocol),
                                 text(options.scheduler));
  body += options.ports == std::vector<std::string>{"any"}
              ? R"(, "ports": "any")"
              : fmt::format(R"(, "ports": [{}])", fmt::join(options.ports, ", "));
  if (options.pool) body += ", \"pool\": " + text(*options.pool);
  std::string servers;
  for (const std::string& server : options.servers)
    servers += (servers.empty() ? "" : ", ") + fmt::format(R"({{"address": {}}})", text(server));
  if (!servers.empty()) body += ", \"servers\": [" + servers + "]";
  body += persistence_of(options);
  if (options.one_packet) body += ", \"one_packet\": true";
  if (!options.scheduler_flags.empty())
    body += ", \"scheduler_flags\": " + list_of(options.scheduler_flags);
  if (options.sorry_server) body += ", \"sorry_server\": " + text(*options.sorry_server);
  if (!options.allow.empty()) body += ", \"allow\": " + list_of(options.allow);
  if (!options.deny.empty()) body += ", \"deny\": " + list_of(options.deny);
  return body + "}";
}

void add_adding(CLI::App& parent, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand("add", "Add a service");
  command->add_option("NAME", options->name, "What listings call it")->required();
  command->add_option("ADDRESS", options->address, "The virtual IP address")->required();
  command->add_option("PORT", options->ports, "One or more port numbers, or any")
      ->required()
      ->expected(1, -1)
      ->check(CLI::Range(1, 65'535) | CLI::IsMember({"any"}));
  command->add_option("--protocol", options->protocol, "tcp or udp")->capture_default_str();
  command->add_option("--scheduler,-s", options->scheduler, "Who gets the next connection")
      ->capture_default_str();
  auto* servers = command->add_option("--server,-r", options->servers,
                                      "A server's address; may be given several times");
  command->add_option("--pool", options->pool, "A pool of the file, instead of servers")
      ->excludes(servers);
  command->add_option("--persistence,-p", options->persistence,
                      "How long a client stays with its server, such as 5m");
  command->add_option("--mask,-M", options->mask,
                      "Clients with as many leading bits in common stay together; persistent");
  command->add_flag("--across-ports", options->across_ports,
                    "A client stays with its server on all ports; persistent");
  command->add_flag("--one-packet,-o", options->one_packet, "Each datagram by itself; udp");
  command->add_option("--scheduler-flag,-b", options->scheduler_flags,
                      "sh-port, sh-fallback, mh-port, mh-fallback; may be given several times");
  command->add_option("--sorry-server", options->sorry_server, "Who serves when nobody else does");
  command->add_option("--allow", options->allow,
                      "A network of clients; may be given several times");
  command->add_option("--deny", options->deny, "A network of no clients; likewise");
  command->callback([&context, options] {
    context.status = change(context, "POST", "/v1/services", body_of(*options));
  });
}

void add_removing(CLI::App& parent, Context& context) {
  const auto service = std::make_shared<std::string>();
  CLI::App* command = parent.add_subcommand("remove", "Remove a service");
  command->add_option("SERVICE", *service, "Its name, or ADDRESS:PORT")->required();
  command->callback([&context, service] {
    context.status = change(context, "DELETE", service_target(*service));
  });
}

}  // namespace

void add_service(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("service", "Add or remove a service until a reset");
  command->require_subcommand(1);
  add_adding(*command, context);
  add_removing(*command, context);
}

}  // namespace drover::client
