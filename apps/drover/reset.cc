// SPDX-License-Identifier: BSD-3-Clause
// `drover reset`: takes back what was changed at run time.
#include <CLI/CLI.hpp>

#include "apps/drover/change.h"

namespace drover::client {

void add_reset(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("reset", "Take back every change made since the start, but for reloads");
  command->callback([&context] { context.status = change(context, "POST", "/v1/reset"); });
}

}  // namespace drover::client
