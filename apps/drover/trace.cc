// SPDX-License-Identifier: BSD-3-Clause
// `drover trace`: what becomes of packets, stage by stage.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/filter_help.h"
#include "apps/drover/trace_text.h"

namespace drover::client {
namespace {

struct Options {
  std::vector<std::string> filter;
  std::uint32_t count = 10;
  bool json = false;
};

std::string time_of_day(double seconds) {
  const double whole = std::floor(seconds);
  return fmt::format("{:%H:%M:%S}.{:03}", fmt::localtime(static_cast<std::time_t>(whole)),
                     static_cast<int>((seconds - whole) * 1000));
}

ExitStatus run(const std::string& socket, const Options& options) {
  const ApiClient client(socket);
  Result<void> understood;
  const auto show = [&](std::string_view line) {
    if (line.empty()) return;  // a sign of life
    const auto packet = api::decode_traced_packet(line);
    if (options.json)
      print(std::string(line) + "\n");
    else if (packet)
      print(trace_text(*packet, time_of_day(packet->time)));
    else
      understood = tl::unexpected(packet.error());
    std::fflush(stdout);
  };
  const std::string filter = fmt::format("{}", fmt::join(options.filter, " "));
  const auto read = client.get_lines(
      fmt::format("/v1/trace?count={}&filter={}", options.count, ApiClient::encoded(filter)), show);
  if (!read) return complain(read.error());
  if (!understood) return complain(understood.error());
  return ExitStatus::done;
}

}  // namespace

void add_trace(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "trace", "Show what becomes of packets that match a filter, such as: tcp and dst port 80");
  command->add_option("FILTER", options->filter, filter_help);
  command->add_option("--count", options->count, "End after so many packets")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  command->add_flag("--json", options->json, "An object a line");
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
