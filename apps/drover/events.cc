// SPDX-License-Identifier: BSD-3-Clause
// `drover events`: what has happened, and with --follow what happens.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <memory>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/event_text.h"

namespace drover::client {
namespace {

struct Options {
  bool follow = false;
  bool json = false;
  std::uint64_t after = 0;
};

ExitStatus run(const std::string& socket, const Options& options) {
  const ApiClient client(socket);
  Result<void> understood;
  const auto show = [&](std::string_view line) {
    if (line.empty()) return;  // a sign of life
    const auto event = api::decode_event(line);
    if (options.json)
      print(std::string(line) + "\n");
    else if (event)
      print(event_line(*event));
    else
      understood = tl::unexpected(event.error());
    if (options.follow) std::fflush(stdout);
  };
  const auto read = client.get_lines(
      fmt::format("/v1/events?after={}{}", options.after, options.follow ? "&follow" : ""), show);
  if (!read) return complain(read.error());
  if (!understood) return complain(understood.error());
  return ExitStatus::done;
}

}  // namespace

void add_events(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "events", "Show what has happened: health, reloads, takeovers, links, address conflicts");
  command->add_flag("--follow,-f", options->follow, "Go on with what happens, until interrupted");
  command->add_flag("--json", options->json, "An object a line");
  command->add_option("--after", options->after, "Only those after the event with this number");
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
