// SPDX-License-Identifier: BSD-3-Clause
// `drover server add|remove`: what `ipvsadm -a` and `-d` did.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "apps/drover/change.h"

namespace drover::client {
namespace {

struct Options {
  std::string service;
  std::string server;  // an address to add, a name or address to remove
  std::optional<std::string> name;
  std::optional<std::uint32_t> weight;
  std::optional<std::string> mac;
  std::optional<std::uint32_t> upper_threshold;
  std::optional<std::uint32_t> lower_threshold;
  std::optional<std::string> state;
};

// The keys are the file's, and droverd judges their values as it would there.
std::string body_of(const Options& options) {
  std::string body = "{\"address\": " + api::json_string(options.server);
  const auto text = [&](const char* key, const std::optional<std::string>& value) {
    if (value) body += fmt::format(", \"{}\": {}", key, api::json_string(*value));
  };
  const auto number = [&](const char* key, const std::optional<std::uint32_t>& value) {
    if (value) body += fmt::format(", \"{}\": {}", key, *value);
  };
  text("name", options.name);
  number("weight", options.weight);
  text("mac", options.mac);
  number("upper_threshold", options.upper_threshold);
  number("lower_threshold", options.lower_threshold);
  text("state", options.state);
  return body + "}";
}

void add_adding(CLI::App& parent, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand("add", "Add a server to a service's pool");
  command->add_option("SERVICE", options->service, "Its name, or ADDRESS:PORT")->required();
  command->add_option("ADDRESS", options->server, "The server's own address")->required();
  command->add_option("--name", options->name, "What listings call it (default: the address)");
  command->add_option("--weight", options->weight, "Its share (default: 1)");
  command->add_option("--mac", options->mac, "Pins its MAC address");
  command->add_option("--upper-threshold", options->upper_threshold,
                      "With so many connections it gets no new one");
  command->add_option("--lower-threshold", options->lower_threshold,
                      "Until it has fewer than so many");
  command->add_option("--state", options->state, "enabled, drained or disabled");
  command->callback([&context, options] {
    context.status =
        change(context, "POST", service_target(options->service) + "/servers", body_of(*options));
  });
}

void add_removing(CLI::App& parent, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = parent.add_subcommand("remove", "Remove a server from a service's pool");
  command->add_option("SERVICE", options->service, "Its name, or ADDRESS:PORT")->required();
  command->add_option("SERVER", options->server, "Its name or address")->required();
  command->callback([&context, options] {
    context.status = change(context, "DELETE", server_target(options->service, options->server));
  });
}

}  // namespace

void add_server(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("server", "Add or remove a server until a reset");
  command->require_subcommand(1);
  add_adding(*command, context);
  add_removing(*command, context);
}

}  // namespace drover::client
