// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/ipvsadm_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "apps/drover/numbers.h"

namespace drover::client {
namespace {

using Columns = IpvsadmFormat::Columns;

int protocol_number(const std::string& protocol) {
  return protocol == "TCP" ? 6 : 17;
}

std::string traffic_title(const char* a, const char* b, const char* c, const char* d,
                          const char* e) {
  return fmt::format("{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}\n  -> RemoteAddress:Port\n",
                     "Prot LocalAddress:Port", a, b, c, d, e);
}

std::string title(Columns columns) {
  switch (columns) {
    case Columns::stats:
      return traffic_title("Conns", "InPkts", "OutPkts", "InBytes", "OutBytes");
    case Columns::rate:
      return traffic_title("CPS", "InPPS", "OutPPS", "InBPS", "OutBPS");
    case Columns::thresholds:
      return fmt::format("{:<33} {:<10} {:<10} {:<10} {:<10}\n  -> RemoteAddress:Port\n",
                         "Prot LocalAddress:Port", "Uthreshold", "Lthreshold", "ActiveConn",
                         "InActConn");
    case Columns::persistent:
      return fmt::format("{:<33} {:<9} {:<11} {:<10} {:<10}\n  -> RemoteAddress:Port\n",
                         "Prot LocalAddress:Port", "Weight", "PersistConn", "ActiveConn",
                         "InActConn");
    case Columns::tunnels:
      return "Prot LocalAddress:Port Scheduler Flags\n"
             "  -> RemoteAddress:Port           Forward TunnelInfo    Weight ActiveConn "
             "InActConn\n";
    case Columns::connections:
      break;
  }
  return "Prot LocalAddress:Port Scheduler Flags\n"
         "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
}

std::string number(std::uint64_t value, bool exact) {
  return exact ? ipvsadm_exact_number(value) : ipvsadm_number(value);
}

// drover sees only what comes from clients, so the columns of replies are 0, as with IPVS's
// direct routing.
std::string stats_columns(const api::Totals& totals, bool exact) {
  return number(totals.connections, exact) + number(totals.packets, exact) + number(0, exact) +
         number(totals.bytes, exact) + number(0, exact);
}

std::uint64_t rounded(double rate) {
  return static_cast<std::uint64_t>(std::llround(rate));
}

std::string service_rate_columns(const Rate& rate, bool exact) {
  return number(rounded(rate.connections), exact) + number(rounded(rate.packets), exact) +
         number(0, exact) + number(rounded(rate.bytes), exact) + number(0, exact);
}

std::string server_rate_columns(const Rate& rate, bool exact) {
  return fmt::format(" {:8} {:8} {:8}{}{}", rounded(rate.connections), rounded(rate.packets), 0,
                     number(rounded(rate.bytes), exact), number(0, exact));
}

std::string service_columns(const api::Service& service, const IpvsadmFormat& format,
                            const std::optional<Rates>& rates) {
  if (format.columns == Columns::stats) return stats_columns(service.totals, format.exact);
  return service_rate_columns(rates ? rates->of(service).value_or(Rate()) : Rate(), format.exact);
}

std::string server_columns(const api::Service& service, const api::Server& server,
                           const IpvsadmFormat& format, const std::optional<Rates>& rates) {
  switch (format.columns) {
    case Columns::stats:
      return stats_columns(server.totals, format.exact);
    case Columns::rate:
      return server_rate_columns(rates ? rates->of(service, server).value_or(Rate()) : Rate(),
                                 format.exact);
    case Columns::thresholds:
      return fmt::format(" {:<10} {:<10} {:<10} {:<10}", server.upper_threshold,
                         server.lower_threshold, server.active, server.inactive);
    case Columns::persistent:
      return fmt::format(" {:<9} {:<11} {:<10} {:<10}", server.weight, server.persistent,
                         server.active, server.inactive);
    case Columns::tunnels:
      return fmt::format(" {:<7} {:<13} {:<6} {:<10} {:<10}", server.forward, "n/a", server.weight,
                         server.active, server.inactive);
    case Columns::connections:
      break;
  }
  return fmt::format(" {:<7} {:<6} {:<10} {:<10}", server.forward, server.weight, server.active,
                     server.inactive);
}

// IPv4 names (host names, above all) are cut to their column; IPv6 ones push the rest.
std::string fitted(std::string name, const IpAddress& address, std::size_t width) {
  if (address.is_v4() && name.size() > width) name.resize(width);
  return name;
}

std::string service_line(const api::Service& service, const IpvsadmFormat& format,
                         const std::optional<Rates>& rates) {
  const std::string name =
      fitted(fmt::format("{:<4} {}", service.protocol,
                         format.name_of(service.address, service.port, service.protocol)),
             service.address, 33);
  if (format.columns == Columns::stats || format.columns == Columns::rate)
    return fmt::format("{:<33}{}\n", name, service_columns(service, format, rates));
  std::string line = name + " " + service.scheduler;
  for (const std::string& flag : service.flags) line += " " + flag;
  return line + "\n";
}

std::string server_line(const api::Service& service, const api::Server& server,
                        const IpvsadmFormat& format, const std::optional<Rates>& rates) {
  const std::string name =
      fitted(format.name_of(server.address, server.port, service.protocol), server.address, 28);
  return fmt::format("  -> {:<28}{}{}\n", name, server_columns(service, server, format, rates),
                     format.mark ? format.mark(service, server) : "");
}

std::array<std::uint32_t, 4> words_of(const IpAddress& address) {
  if (address.is_v4()) return {address.v4().value()};
  std::array<std::uint32_t, 4> words{};
  const auto& bytes = address.v6().bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) words[i / 4] = words[i / 4] << 8U | bytes[i];
  return words;
}

// Less than 0 when `a` is before `b`.
std::int32_t compare(const IpAddress& a, const IpAddress& b) {
  const auto left = words_of(a);
  const auto right = words_of(b);
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i] != right[i]) return static_cast<std::int32_t>(left[i] - right[i]);
  return 0;
}

bool service_before(const api::Service& a, const api::Service& b) {
  if (a.address.is_v6() != b.address.is_v6()) return b.address.is_v6();
  if (a.protocol != b.protocol) return protocol_number(a.protocol) < protocol_number(b.protocol);
  const std::int32_t order = compare(a.address, b.address);
  return order != 0 ? order < 0 : a.port < b.port;
}

bool server_before(const api::Server& a, const api::Server& b) {
  const std::int32_t order = compare(a.address, b.address);
  return order != 0 ? order < 0 : a.port < b.port;
}

// What a flag that is listed is as an option.
std::string rule_flag(const std::string& flag) {
  if (flag.starts_with("persistent ")) return " -p " + flag.substr(11);
  if (flag.starts_with("mask ")) return " -M " + flag.substr(5);
  if (flag.starts_with("pe ")) return " --pe " + flag.substr(3);
  if (flag == "ops") return " -o";
  return "";
}

std::string rule_flags(const api::Service& service) {
  std::string options;
  for (const std::string& flag : service.flags) options += rule_flag(flag);
  // ipvsadm lists them first and saves them last.
  for (const std::string& flag : service.flags)
    if (flag.starts_with('(')) options += " -b " + flag.substr(1, flag.size() - 2);
  return options;
}

std::string option_of(const api::Service& service, const NameOf& name_of) {
  return (service.protocol == "TCP" ? "-t " : "-u ") +
         name_of(service.address, service.port, service.protocol);
}

}  // namespace

std::string numeric_name(const IpAddress& address, std::uint16_t port, const std::string&) {
  return to_string(address, port);
}

void sort_like_ipvsadm(api::Services& services) {
  // A merge sort, as glibc's qsort(): differences that wrap are no strict order.
  std::stable_sort(services.services.begin(), services.services.end(), service_before);
  for (api::Service& service : services.services)
    std::stable_sort(service.servers.begin(), service.servers.end(), server_before);
}

std::string ipvsadm_first_line() {
  return "IP Virtual Server version 1.2.1 (size=4096)\n";
}

std::string ipvsadm_table(const api::Services& services, const IpvsadmFormat& format,
                          const std::optional<Rates>& rates) {
  std::string text = title(format.columns);
  for (const api::Service& service : services.services) {
    text += service_line(service, format, rates);
    for (const api::Server& server : service.servers)
      text += server_line(service, server, format, rates);
  }
  return text;
}

std::string ipvsadm_rules(const api::Services& services, const NameOf& name_of) {
  std::string text;
  for (const api::Service& service : services.services) {
    const std::string option = option_of(service, name_of);
    text += fmt::format("-A {} -s {}{}\n", option, service.scheduler, rule_flags(service));
    for (const api::Server& server : service.servers)
      text += fmt::format("-a {} -r {} -g -w {}\n", option,
                          name_of(server.address, server.port, service.protocol), server.weight);
  }
  return text;
}

std::string ipvsadm_connections_title(bool persistence_engine) {
  const std::string text =
      "IPVS connection entries\npro expire state       source             "
      "virtual            destination";
  return text + (persistence_engine ? "        pe name          pe_data\n" : "\n");
}

std::string ipvsadm_connection(const api::Connection& row, const NameOf& name_of) {
  const auto name = [&](const api::Endpoint& endpoint) {
    return name_of(endpoint.address, endpoint.port, row.protocol);
  };
  const std::string expires =
      fmt::format("{:02}:{:02}", row.expires_seconds / 60, row.expires_seconds % 60);
  return fmt::format("{:<3} {:<6} {:<11} {:<18} {:<18} {}\n", row.protocol, expires, row.state,
                     name(row.client), name(row.virtual_service), name(row.server));
}

std::string ipvsadm_timeouts(const api::Timeouts& timeouts) {
  return fmt::format("Timeout (tcp tcpfin udp): {} {} {}\n", timeouts.tcp_established_seconds,
                     timeouts.tcp_fin_wait_seconds, timeouts.udp_seconds);
}

}  // namespace drover::client
