// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/ipvsadm_options.h"

#include <CLI/CLI.hpp>
#include <initializer_list>

namespace drover::client {
namespace {

void none_with(CLI::Option* option, std::initializer_list<CLI::Option*> others) {
  for (CLI::Option* other : others) option->excludes(other);
}

}  // namespace

const std::string& IpvsadmOptions::service() const {
  for (const std::string* given : {&tcp_service, &udp_service, &sctp_service})
    if (!given->empty()) return *given;
  return fwmark_service;
}

void add_ipvsadm_options(CLI::App& command, IpvsadmOptions& options) {
  auto* list = command.add_flag("--list,-L,-l", options.list, "List services, or connections");
  auto* save = command.add_flag("--save,-S", options.save, "Print commands for ipvsadm -R");
  command.add_flag("--numeric,-n", options.numeric, "Addresses and ports as numbers");
  auto* connections = command.add_flag("--connection,-c", options.connections, "Connections");
  auto* stats = command.add_flag("--stats", options.stats, "Totals");
  auto* rate = command.add_flag("--rate", options.rate, "What happens in each second");
  auto* exact = command.add_flag("--exact,-X", options.exact, "Numbers with all their digits");
  auto* thresholds =
      command.add_flag("--thresholds", options.thresholds, "Servers' connection thresholds");
  auto* persistent =
      command.add_flag("--persistent-conn", options.persistent, "Persistent connections");
  auto* tunnels = command.add_flag("--tun-info", options.tunnels, "Tunnels: none here");
  auto* timeout = command.add_flag("--timeout", options.timeout, "Time-outs in seconds");
  auto* daemon = command.add_flag("--daemon", options.daemon, "IPVS's sync daemon: none here");
  command.add_flag("--sort", options.sort, "Does nothing: the listing is sorted");
  auto* no_sort = command.add_flag("--nosort", options.no_sort,
                                   "Services as in droverd's file, the latest server first");
  auto* tcp = command.add_option("--tcp-service,-t", options.tcp_service, "Only ADDRESS[:PORT]");
  auto* udp = command.add_option("--udp-service,-u", options.udp_service, "Only ADDRESS[:PORT]");
  auto* sctp = command.add_option("--sctp-service", options.sctp_service,
                                  "Only ADDRESS[:PORT]: there is none");
  auto* fwmark = command.add_option("--fwmark-service,-f", options.fwmark_service,
                                    "Only the service of a firewall mark: there is none");
  command.add_flag("--ipv6,-6", options.ipv6, "With -f: of IPv6");

  none_with(list, {save});
  none_with(save, {connections, stats, rate, exact, thresholds, persistent, tunnels, timeout,
                   daemon, no_sort, tcp, udp, sctp, fwmark});
  none_with(tcp, {udp, sctp, fwmark});
  none_with(udp, {sctp, fwmark});
  none_with(sctp, {fwmark});
  none_with(connections, {tcp, udp, sctp, fwmark, timeout, daemon, stats, rate, thresholds});
  for (CLI::Option* facts : {timeout, daemon})
    none_with(facts, {tcp, udp, sctp, fwmark, stats, rate, thresholds, persistent});
  none_with(timeout, {daemon});
}

}  // namespace drover::client
