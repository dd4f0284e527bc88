// SPDX-License-Identifier: BSD-3-Clause
// `drover service add|remove`: what `ipvsadm -A` and `-D` did.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/drover/api_client.h"
#include "apps/drover/change.h"
#include "apps/drover/service_body.h"

namespace drover::client {
namespace {

void add_health_options(CLI::App& command, ServiceOptions& options, CLI::Option& servers) {
  command
      .add_option("--check", options.checks,
                  "How servers are checked: a kind such as tcp, or as the file has it: "
                  "'{http: {path: /health}, interval: 1s}'; may be given several times")
      ->needs(&servers);
  command.add_option("--on-down", options.on_down,
                     "What becomes of the connections of a server that goes down: auto, keep or "
                     "reschedule");
  command.add_option("--quorum", options.quorum,
                     "With fewer servers up than this, all count as down");
  command.add_option("--quorum-hysteresis", options.quorum_hysteresis,
                     "So many more must be up until they count again");
  command.add_option("--when-all-down", options.when_all_down,
                     "Who gets the connections then: refuse, sorry or all");
  command.add_option("--sorry-server", options.sorry_server, "Who serves when nobody else does");
  command.add_option("--warmup", options.warmup,
                     "How long the share of a server that has come back grows, such as 30s");
}

void add_adding(CLI::App& parent, Context& context) {
  const auto options = std::make_shared<ServiceOptions>();
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
  add_health_options(*command, *options, *servers);
  command->add_option("--limit", options->limit,
                      "New connections a second of each client, at most");
  command->add_option("--allow", options->allow,
                      "A network of clients; may be given several times");
  command->add_option("--deny", options->deny, "A network of no clients; likewise");
  command->callback([&context, options] {
    const auto body = service_body(*options);
    context.status = body ? change(context, "POST", "/v1/services", *body) : complain(body.error());
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
