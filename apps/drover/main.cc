// SPDX-License-Identifier: BSD-3-Clause
// drover: asks droverd and shows its answers. Each command stands in a file of its own.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "apps/drover/command.h"
#include "version.h"

namespace drover::client {
namespace {

int run(int argc, char** argv) {
  Context context;
  CLI::App app("Talks to droverd, the layer 4 load balancer.", "drover");
  app.set_version_flag("--version", std::string("drover ") + version);
  app.add_option("--socket", context.socket, "droverd's socket (api.socket in its file)")
      ->capture_default_str();
  app.require_subcommand(0, 1);  // none is told of below, so that a misspelt one is told of by name
  app.fallthrough();             // --socket may stand behind the command too
  add_list(app, context);
  add_status(app, context);
  add_watch(app, context);
  add_ipvsadm(app, context);
  add_import(app, context);
  add_trace(app, context);
  add_capture(app, context);
  add_generate(app, context);
  add_check(app, context);
  add_doctor(app, context);
  add_lookup(app, context);
  add_events(app, context);
  add_failover(app, context);
  add_reload(app, context);
  add_diff(app, context);
  add_save(app, context);
  add_reset(app, context);
  add_server_state(app, context);
  add_weight(app, context);
  add_server(app, context);
  add_service(app, context);
  add_zero(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitStatus::usage);
  }
  if (app.get_subcommands().empty()) {
    std::fputs(app.help().c_str(), stderr);
    return static_cast<int>(ExitStatus::usage);
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    return static_cast<int>(complain({"stdout", "cannot be written", ""}));
  return static_cast<int>(context.status);
}

}  // namespace
}  // namespace drover::client

int main(int argc, char** argv) {
  try {
    return drover::client::run(argc, argv);
  } catch (const std::exception& problem) {
    return static_cast<int>(drover::client::complain({"", problem.what(), ""}));
  }
}
