// SPDX-License-Identifier: BSD-3-Clause
// `drover reload`: droverd reads its file again.
#include <CLI/CLI.hpp>

#include "apps/drover/api_client.h"
#include "apps/drover/change.h"

namespace drover::client {
namespace {

ExitStatus run(const Context& context) {
  const auto answer = ApiClient(context.socket).send("POST", "/v1/reload");
  if (answer) return show_change(*answer);
  complain(answer.error());
  // Where it is about the socket, nobody has looked at the file.
  return answer.error().front().where == context.socket ? ExitStatus::failed
                                                        : ExitStatus::bad_configuration;
}

}  // namespace

void add_reload(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "reload", "Read the file again and apply what is different; a bad file changes nothing");
  command->callback([&context] { context.status = run(context); });
}

}  // namespace drover::client
