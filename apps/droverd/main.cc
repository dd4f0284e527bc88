// SPDX-License-Identifier: BSD-3-Clause
// droverd: reads the file, puts the data path together, runs until it is told to stop.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>

#include "apps/droverd/daemon.h"
#include "apps/manual/man_page.h"
#include "lib/base/log.h"
#include "lib/config/running.h"
#include "version.h"

namespace {

// As documented in docs/architecture.md, "The client and the daemon".
enum ExitStatus : int { done = 0, failed = 1, usage = 2, bad_configuration = 3 };

std::string host_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

struct Options {
  std::string config = "/etc/drover/drover.yaml";
  std::optional<std::string> node;
  std::string log_level = "info";
};

drover::manual::Page page() {
  return {.name = "droverd",
          .number = 8,
          .summary = "balance connections over real servers by direct routing",
          .sections = {{"SIGNALS", ".TP\n\\fBTERM\\fR, \\fBINT\\fR\nIt ends."},
                       {"EXIT STATUS",
                        "0 when it was told to end, 1 when it failed, 2 for wrong use, 3 for a bad "
                        "configuration."},
                       {"FILES",
                        ".TP\n\\fI/etc/drover/drover.yaml\\fR\nThe configuration.\n"
                        ".TP\n\\fI/run/drover/drover.sock\\fR\nThe socket for drover(1)."},
                       {"SEE ALSO", "\\fBdrover\\fR(1), \\fBdrover.yaml\\fR(5)"}}};
}

int run(const Options& options) {
  using namespace drover;
  const auto level = log::parse_level(options.log_level);
  if (!level) {
    log::error("{}", to_string(level.error()));
    return usage;
  }
  log::start(*level);

  const config::WhichNode which{.option = options.node, .host_name = host_name()};
  auto loaded = config::load(options.config, which.option, which.host_name);
  if (!loaded) {
    for (const Error& error : loaded.error()) log::error("{}", to_string(error));
    return bad_configuration;
  }
  for (const Error& warning : loaded->warnings) log::warning("{}", to_string(warning));

  const auto ran = run_daemon(config::Running(std::move(*loaded), which));
  if (ran) return done;
  log::error("{}", to_string(ran.error()));
  return failed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A layer 4 load balancer. It stays in the foreground and logs to stderr.",
               "droverd");
  Options options;
  app.add_option("--config", options.config, "the configuration's file")->capture_default_str();
  app.add_option("--node", options.node, "which of the file's nodes this is (default: host name)");
  app.add_option("--log-level", options.log_level, "debug, info, warning or error")
      ->capture_default_str();
  bool man_page = false;
  app.add_flag("--man-page", man_page, "Print the manual")->group("");
  app.set_version_flag("--version", std::string("droverd ") + drover::version);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? done : usage;
  }
  if (man_page) {
    std::cout << drover::manual::man_page(app, page());
    return done;
  }
  return run(options);
}
