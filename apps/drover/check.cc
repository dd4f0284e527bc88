// SPDX-License-Identifier: BSD-3-Clause
// `drover check FILE`: the daemon's own reader, without the daemon.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <array>
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

std::string host_name() {
  std::array<char, 256> name{};  // Linux: at most 64 bytes
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

ExitStatus run(const Options& options) {
  const auto loaded = config::load(options.file, options.node, host_name());
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
  command->add_option("--node", options->node,
                      "The balancer to check it for, instead of this host");
  command->callback([&context, options] { context.status = run(*options); });
}

}  // namespace drover::client
