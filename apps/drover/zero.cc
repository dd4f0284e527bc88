// SPDX-License-Identifier: BSD-3-Clause
// `drover zero [SERVICE]`: totals of `drover list --stats` count from 0 again.
#include <CLI/CLI.hpp>
#include <memory>

#include "apps/drover/api_client.h"
#include "apps/drover/change.h"

namespace drover::client {
namespace {

ExitStatus run(const Context& context, const std::string& service) {
  const std::string target = service.empty() ? "/v1/zero" : service_target(service) + "/zero";
  const auto done = ApiClient(context.socket).send("POST", target);
  return done ? ExitStatus::done : complain(done.error());
}

}  // namespace

void add_zero(CLI::App& app, Context& context) {
  const auto service = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("zero", "Count the totals of list --stats from 0 again; metrics go on");
  command->add_option("SERVICE", *service, "Of this service only");
  command->callback([&context, service] { context.status = run(context, *service); });
}

}  // namespace drover::client
