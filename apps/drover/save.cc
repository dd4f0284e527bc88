// SPDX-License-Identifier: BSD-3-Clause
// `drover save`: the running configuration as a file, on stdout.
#include <CLI/CLI.hpp>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"

namespace drover::client {
namespace {

ExitStatus run(const Context& context) {
  const auto file = ApiClient(context.socket).get("/v1/configuration");
  if (!file) return complain(file.error());
  print(*file);
  return ExitStatus::done;
}

}  // namespace

void add_save(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "save", "Print the running configuration as a file (the file's comments are not in it)");
  command->callback([&context] { context.status = run(context); });
}

}  // namespace drover::client
