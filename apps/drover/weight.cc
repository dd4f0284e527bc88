// SPDX-License-Identifier: BSD-3-Clause
// `drover weight SERVICE SERVER N`.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "apps/drover/change.h"

namespace drover::client {
namespace {

struct Options {
  std::string service;
  std::string server;
  std::uint32_t weight = 0;
};

}  // namespace

void add_weight(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("weight", "Set a server's weight until a reset");
  command->add_option("SERVICE", options->service, "Its name, or ADDRESS:PORT")->required();
  command->add_option("SERVER", options->server, "Its name or address")->required();
  command->add_option("WEIGHT", options->weight, "0: no new connections")
      ->required()
      ->check(CLI::Range(0, 65'535));
  command->callback([&context, options] {
    context.status =
        change(context, "PUT", server_target(options->service, options->server) + "/weight",
               fmt::format(R"({{"weight": {}}})", options->weight));
  });
}

}  // namespace drover::client
