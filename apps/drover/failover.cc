// SPDX-License-Identifier: BSD-3-Clause
// `drover failover [ID]`: gives mastership to the other balancer.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"

namespace drover::client {
namespace {

ExitStatus run(const Context& context, unsigned id) {
  const std::string target = id == 0 ? "/v1/failover" : fmt::format("/v1/failover/{}", id);
  const auto done = ApiClient(context.socket).send("POST", target);
  return done ? ExitStatus::done : complain(done.error());
}

}  // namespace

void add_failover(CLI::App& app, Context& context) {
  const auto id = std::make_shared<unsigned>(0);
  CLI::App* command = app.add_subcommand("failover", "Give mastership to the other balancer");
  command->add_option("ID", *id, "Of this vrrp instance only")->check(CLI::Range(1, 255));
  command->callback([&context, id] { context.status = run(context, *id); });
}

}  // namespace drover::client
