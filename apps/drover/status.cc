// SPDX-License-Identifier: BSD-3-Clause
// `drover status`: how droverd itself is.
#include "apps/drover/status_text.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"

namespace drover::client {
namespace {

ExitStatus run(const std::string& socket, bool json) {
  const ApiClient client(socket);
  const auto answer = client.get("/v1/status");
  const auto text = json ? answer.and_then(api::indent).map([](const std::string& indented) {
    return indented + "\n";
  })
                         : answer.and_then(api::decode_status).map(status_text);
  if (!text) return complain(text.error());
  print(*text);
  return ExitStatus::done;
}

}  // namespace

void add_status(CLI::App& app, Context& context) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand(
      "status", "Show ports, workers, the connection table, verdicts and servers' MAC addresses");
  command->add_flag("--json", *json, "droverd's own answer");
  command->callback([&context, json] { context.status = run(context.socket, *json); });
}

}  // namespace drover::client
