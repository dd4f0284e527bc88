// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/list_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "apps/drover/numbers.h"

namespace drover::client {
namespace {

int protocol_number(const std::string& protocol) {
  return protocol == "TCP" ? 6 : 17;
}

std::string first_line(const api::Services& services) {
  return fmt::format("IP Virtual Server version {} (size={})\n", services.version,
                     services.capacity);
}

std::string service_name(const api::Service& service) {
  return fmt::format("{:<4} {}", service.protocol, to_string(service.address, service.port));
}

std::string server_name(const api::Server& server) {
  return to_string(server.address, server.port);
}

std::string columns(const char* a, const char* b, const char* c, const char* d, const char* e) {
  return fmt::format("{:<33} {:>8} {:>8} {:>8} {:>8} {:>8}\n  -> RemoteAddress:Port\n",
                     "Prot LocalAddress:Port", a, b, c, d, e);
}

// drover sees only what comes from clients, so the columns of replies are 0, as with IPVS's
// direct routing.
std::string stats_columns(const api::Totals& totals) {
  return ipvsadm_number(totals.connections) + ipvsadm_number(totals.packets) + ipvsadm_number(0) +
         ipvsadm_number(totals.bytes) + ipvsadm_number(0);
}

// "down for 12 s: connect: refused".
std::string health(const api::Server& server) {
  if (server.reason.empty()) return server.state;
  return fmt::format("{} for {}: {}", server.state, duration(server.state_seconds), server.reason);
}

std::uint64_t rounded(double rate) {
  return static_cast<std::uint64_t>(std::llround(rate));
}

}  // namespace

void sort_like_ipvsadm(api::Services& services) {
  // IpAddress orders IPv4 before IPv6.
  std::sort(services.services.begin(), services.services.end(),
            [](const api::Service& a, const api::Service& b) {
              const auto key = [](const api::Service& service) {
                return std::tuple(service.address.is_v6(), protocol_number(service.protocol),
                                  service.address, service.port);
              };
              return key(a) < key(b);
            });
  for (api::Service& service : services.services)
    std::sort(service.servers.begin(), service.servers.end(),
              [](const api::Server& a, const api::Server& b) {
                return std::tie(a.address, a.port) < std::tie(b.address, b.port);
              });
}

std::string list_text(const api::Services& services) {
  std::string text = first_line(services) +
                     "Prot LocalAddress:Port Scheduler Flags\n"
                     "  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n";
  for (const api::Service& service : services.services) {
    text += service_name(service) + " " + service.scheduler;
    for (const std::string& flag : service.flags) text += " " + flag;
    text += "\n";
    for (const api::Server& server : service.servers) {
      text += fmt::format("  -> {:<28} {:<7} {:<6} {:<10} {:<10}", server_name(server),
                          server.forward, server.weight, server.active, server.inactive);
      if (server.state != "up") text += " " + health(server);
      if (server.admin_state != "enabled") text += " " + server.admin_state;
      if (server.changed) text += " changed";
      text += "\n";
    }
  }
  return text;
}

std::string stats_text(const api::Services& services) {
  std::string text =
      first_line(services) + columns("Conns", "InPkts", "OutPkts", "InBytes", "OutBytes");
  for (const api::Service& service : services.services) {
    text += fmt::format("{:<33}{}\n", service_name(service), stats_columns(service.totals));
    for (const api::Server& server : service.servers)
      text += fmt::format("  -> {:<28}{}\n", server_name(server), stats_columns(server.totals));
  }
  return text;
}

std::string rate_text(const api::Services& services, const Rates& rates) {
  std::string text = first_line(services) + columns("CPS", "InPPS", "OutPPS", "InBPS", "OutBPS");
  for (const api::Service& service : services.services) {
    const Rate rate = rates.of(service).value_or(Rate());
    text += fmt::format("{:<33}{}{}{}{}{}\n", service_name(service),
                        ipvsadm_number(rounded(rate.connections)),
                        ipvsadm_number(rounded(rate.packets)), ipvsadm_number(0),
                        ipvsadm_number(rounded(rate.bytes)), ipvsadm_number(0));
    for (const api::Server& server : service.servers) {
      const Rate own = rates.of(service, server).value_or(Rate());
      text += fmt::format("  -> {:<28} {:8} {:8} {:8}{}{}\n", server_name(server),
                          rounded(own.connections), rounded(own.packets), 0,
                          ipvsadm_number(rounded(own.bytes)), ipvsadm_number(0));
    }
  }
  return text;
}

std::string connections_header() {
  return "IPVS connection entries\n"
         "pro expire state       source             virtual            destination\n";
}

std::string connection_line(const api::Connection& row) {
  const auto name = [](const api::Endpoint& endpoint) {
    return to_string(endpoint.address, endpoint.port);
  };
  const std::string expires =
      fmt::format("{:02}:{:02}", row.expires_seconds / 60, row.expires_seconds % 60);
  return fmt::format("{:<3} {:<6} {:<11} {:<18} {:<18} {}\n", row.protocol, expires, row.state,
                     name(row.client), name(row.virtual_service), name(row.server));
}

}  // namespace drover::client
