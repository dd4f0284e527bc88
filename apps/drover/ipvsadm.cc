// SPDX-License-Identifier: BSD-3-Clause
// `drover ipvsadm`: ipvsadm's listings, for scripts that read them.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/connection_rows.h"
#include "apps/drover/ipvsadm_listing.h"
#include "apps/drover/ipvsadm_options.h"
#include "apps/drover/service_sample.h"

namespace drover::client {
namespace {

using Sample = std::pair<api::Services, std::optional<Rates>>;

Result<Sample> sample(const ApiClient& client, bool with_rates) {
  if (!with_rates)
    return sample_services(client).map(
        [](api::Services services) { return Sample(std::move(services), std::nullopt); });
  return sample_rates(client).map(
      [](auto taken) { return Sample(std::move(taken.first), std::move(taken.second)); });
}

ExitStatus run(const std::string& socket, const IpvsadmOptions& options) {
  const ApiClient client(socket);
  const Resolver resolver = system_resolver();
  if (options.connections)
    return print_connections(client, ipvsadm_names(options, resolver), options.persistent);
  const auto text =
      sample(client, options.rate && !options.stats).and_then([&](const Sample& taken) {
        return ipvsadm_listing(taken.first, taken.second, options, resolver);
      });
  if (!text) return complain(text.error());
  print(*text);
  return ExitStatus::done;
}

}  // namespace

void add_ipvsadm(CLI::App& app, Context& context) {
  const auto options = std::make_shared<IpvsadmOptions>();
  CLI::App* command = app.add_subcommand(
      "ipvsadm", "Print what ipvsadm -L and -S would print of the same services, to the byte");
  add_ipvsadm_options(*command, *options);
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
