// SPDX-License-Identifier: BSD-3-Clause
// `drover list`: services, servers and connections as ipvsadm lists them.
#include <CLI/CLI.hpp>
#include <memory>
#include <utility>

#include "apps/drover/api_client.h"
#include "apps/drover/colour.h"
#include "apps/drover/command.h"
#include "apps/drover/connection_rows.h"
#include "apps/drover/ipvsadm_text.h"
#include "apps/drover/list_text.h"
#include "apps/drover/service_sample.h"

namespace drover::client {
namespace {

struct Options {
  bool stats = false;
  bool rate = false;
  bool connections = false;
  bool json = false;
};

ExitStatus list_json(const ApiClient& client) {
  const auto text = client.get("/v1/services").and_then(api::indent);
  if (!text) return complain(text.error());
  print(*text + "\n");
  return ExitStatus::done;
}

ExitStatus list_connections(const ApiClient& client, bool json) {
  if (!json) return print_connections(client, numeric_name);
  const auto read = client.get_lines(
      "/v1/connections", [](std::string_view line) { print(std::string(line) + "\n"); });
  return read ? ExitStatus::done : complain(read.error());
}

ExitStatus list_rate(const ApiClient& client) {
  auto sample = sample_rates(client);
  if (!sample) return complain(sample.error());
  sort_like_ipvsadm(sample->first);
  print(rate_text(sample->first, sample->second));
  return ExitStatus::done;
}

ExitStatus run(const std::string& socket, const Options& options) {
  const ApiClient client(socket);
  if (options.connections) return list_connections(client, options.json);
  if (options.rate) return list_rate(client);
  if (options.json) return list_json(client);
  auto services = sample_services(client);
  if (!services) return complain(services.error());
  sort_like_ipvsadm(*services);
  print(options.stats ? stats_text(*services) : list_text(*services, colours_wanted()));
  return ExitStatus::done;
}

}  // namespace

void add_list(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command =
      app.add_subcommand("list", "List services and servers, in the shape of ipvsadm -Ln");
  auto* stats = command->add_flag("--stats", options->stats, "Totals since droverd's start");
  auto* rate = command->add_flag("--rate", options->rate, "What happens in each second, over one");
  auto* connections =
      command->add_flag("--connections,-c", options->connections, "List connections");
  auto* json = command->add_flag("--json", options->json,
                                 "droverd's own answer; with --connections an object a line");
  stats->excludes(rate)->excludes(connections)->excludes(json);
  rate->excludes(connections)->excludes(json);
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
