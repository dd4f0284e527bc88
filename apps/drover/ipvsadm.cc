// SPDX-License-Identifier: BSD-3-Clause
// `drover ipvsadm`: ipvsadm's listings, for scripts that read them.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/connection_rows.h"
#include "apps/drover/host_names.h"
#include "apps/drover/ipvsadm_text.h"
#include "apps/drover/service_sample.h"

namespace drover::client {
namespace {

struct Options {
  bool list = false;
  bool save = false;
  bool numeric = false;
  bool stats = false;
  bool rate = false;
  bool exact = false;
  bool thresholds = false;
  bool persistent = false;
  bool connections = false;
  bool timeout = false;
  bool daemon = false;
  bool sort = false;
  bool no_sort = false;
  std::string tcp_service;
  std::string udp_service;
};

using Columns = IpvsadmFormat::Columns;

Columns columns_of(const Options& options) {
  if (options.stats) return Columns::stats;
  if (options.rate) return Columns::rate;
  if (options.thresholds) return Columns::thresholds;
  return options.persistent ? Columns::persistent : Columns::connections;
}

NameOf names(const Options& options) {
  if (options.numeric) return numeric_name;
  return HostNames();
}

// Keeps the one that was asked for.
Result<void> choose_service(api::Services& services, const Options& options) {
  const bool tcp = !options.tcp_service.empty();
  const std::string& wanted = tcp ? options.tcp_service : options.udp_service;
  std::erase_if(services.services, [&](const api::Service& service) {
    return (service.protocol == "TCP") != tcp ||
           (to_string(service.address, service.port) != wanted &&
            !(service.port == 0 && to_string(service.address) == wanted));
  });
  if (services.services.empty()) return failure("", "No such service");
  return {};
}

ExitStatus list_services(const ApiClient& client, const Options& options) {
  IpvsadmFormat format{.columns = columns_of(options),
                       .exact = options.exact,
                       .name_of = names(options),
                       .mark = {}};
  Result<std::pair<api::Services, std::optional<Rates>>> sample =
      options.rate ? sample_rates(client).map([](auto taken) {
        return std::pair(std::move(taken.first), std::optional(std::move(taken.second)));
      })
                   : sample_services(client).map([](api::Services services) {
                       return std::pair(std::move(services), std::optional<Rates>());
                     });
  if (!sample) return complain(sample.error());
  auto& [services, rates] = *sample;
  if (!options.no_sort) sort_like_ipvsadm(services);
  if (options.timeout) return print(ipvsadm_timeouts(services.timeouts)), ExitStatus::done;
  if (options.save) return print(ipvsadm_rules(services, format.name_of)), ExitStatus::done;
  const bool all = options.tcp_service.empty() && options.udp_service.empty();
  if (!all)
    if (const auto chosen = choose_service(services, options); !chosen)
      return complain(chosen.error());
  print((all ? ipvsadm_first_line() : "") + ipvsadm_table(services, format, rates));
  return ExitStatus::done;
}

ExitStatus run(const std::string& socket, const Options& options) {
  const ApiClient client(socket);
  if (options.daemon) return ExitStatus::done;  // there is no sync daemon of IPVS's kind
  return options.connections ? print_connections(client, names(options), options.persistent)
                             : list_services(client, options);
}

}  // namespace

void add_ipvsadm(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "ipvsadm", "Print what ipvsadm -L and -S would print of the same services, to the byte");
  auto* list = command->add_flag("--list,-L,-l", options->list, "List services, or connections");
  auto* save = command->add_flag("--save,-S", options->save, "Print commands for ipvsadm -R");
  command->add_flag("--numeric,-n", options->numeric, "Addresses and ports as numbers");
  auto* connections = command->add_flag("--connection,-c", options->connections, "Connections");
  auto* stats = command->add_flag("--stats", options->stats, "Totals");
  auto* rate = command->add_flag("--rate", options->rate, "What happens in each second");
  command->add_flag("--exact,-X", options->exact, "Numbers with all their digits");
  auto* thresholds =
      command->add_flag("--thresholds", options->thresholds, "Servers' connection thresholds");
  auto* persistent =
      command->add_flag("--persistent-conn", options->persistent, "Persistent connections");
  auto* timeout = command->add_flag("--timeout", options->timeout, "Time-outs in seconds");
  auto* daemon = command->add_flag("--daemon", options->daemon, "IPVS's sync daemon: none here");
  command->add_flag("--sort", options->sort, "Does nothing: the listing is sorted");
  command->add_flag("--nosort", options->no_sort, "In the order of droverd's file");
  auto* tcp = command->add_option("--tcp-service,-t", options->tcp_service, "Only ADDRESS:PORT");
  auto* udp = command->add_option("--udp-service,-u", options->udp_service, "Only ADDRESS:PORT");
  list->excludes(save);
  tcp->excludes(udp);
  stats->excludes(rate)->excludes(thresholds)->excludes(persistent);
  rate->excludes(thresholds)->excludes(persistent);
  for (auto* other : {tcp, udp, stats, rate, thresholds, save, timeout, daemon})
    connections->excludes(other);
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
