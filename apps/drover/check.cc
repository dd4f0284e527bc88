// SPDX-License-Identifier: BSD-3-Clause
// `drover check FILE`: the daemon's own reader, without the daemon.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "apps/drover/command.h"
#include "lib/config/load.h"
#include "lib/config/report.h"

namespace drover::client {
namespace {

struct Options {
  std::string file;
  std::optional<std::string> node;
};

ExitStatus run(const Options& options) {
  const auto loaded = options.node ? config::load(options.file, options.node, {})
                                   : config::load_for_every_node(options.file);
  const std::string report = config::check_report(options.file, loaded);
  if (loaded) {
    print(report);
    return ExitStatus::done;
  }
  std::fwrite(report.data(), 1, report.size(), stderr);
  return ExitStatus::bad_configuration;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("check", "Check a configuration file; needs no droverd");
  command->add_option("FILE", options->file, "The file")->required();
  command->add_option("--node", options->node, "The node to check it for, instead of all");
  command->callback([&context, options] { context.status = run(*options); });
}

}  // namespace drover::client
