// SPDX-License-Identifier: BSD-3-Clause
#include "test/unit/drover/recorded_listing.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "lib/config/import/import.h"
#include "lib/config/load.h"
#include "lib/control/service_flags.h"
#include "lib/control/snapshot_builder.h"

namespace drover::client {
namespace {

using nlohmann::json;

config::Config configuration_of(const json& recording) {
  std::string rules;
  for (const json& rule : recording["rules"]) rules += rule.get<std::string>() + "\n";
  const config::Imported imported = config::import_ipvsadm_save(rules);
  for (const auto& error : imported.errors)
    throw std::runtime_error("line " + std::to_string(error.line) + ": " + error.text);
  auto loaded = config::parse(to_yaml(imported), "imported", std::nullopt, "primary");
  if (!loaded) throw std::runtime_error(to_string(loaded.error().front()));
  return loaded->config;
}

api::Service service_of(const config::Config& config, const config::Service& from,
                        std::uint16_t port) {
  api::Service service{.name = from.name,
                       .protocol = from.protocol == config::Protocol::tcp ? "TCP" : "UDP",
                       .address = from.address,
                       .port = port,
                       .scheduler = from.scheduler,
                       .flags = control::service_flags(from),
                       .totals = {},
                       .servers = {}};
  for (const config::Server& server : config.pools.at(from.pool).servers) {
    api::Server& listed = service.servers.emplace_back();
    listed.address = server.address;
    listed.port = port;
    listed.weight = server.weight;
    listed.upper_threshold = server.upper_threshold;
    listed.lower_threshold = server.lower_threshold;
  }
  return service;
}

template <class Range>
auto& find(Range& range, const std::string& endpoint, const std::string& protocol = "") {
  const auto found = std::ranges::find_if(range, [&](const auto& one) {
    if constexpr (requires { one.protocol; })
      if (one.protocol != protocol) return false;
    return to_string(one.address, one.port) == endpoint;
  });
  if (found == range.end()) throw std::runtime_error("not configured: " + protocol + endpoint);
  return *found;
}

api::Totals totals_of(const json& numbers) {
  return {.connections = numbers[0], .packets = numbers[1], .bytes = numbers[2]};
}

// `fill(entry, totals, server)` for each line of a listing; no server for a service's.
template <class Fill>
void for_each_entry(api::Services& services, const json& state, const Fill& fill) {
  api::Service* service = nullptr;
  for (const json& entry : state) {
    const std::string kind = entry["kind"];
    if (kind != "->") {
      service = &find(services.services, entry["address"], kind);
      fill(entry, service->totals, static_cast<api::Server*>(nullptr));
      continue;
    }
    api::Server& server = find(service->servers, entry["address"]);
    fill(entry, server.totals, &server);
  }
}

// "C0A80001" or an IPv6 address as it is usually written.
IpAddress proc_address(const std::string& text) {
  if (text.find(':') != std::string::npos) return *IpAddress::parse(text);
  return Ipv4Address(static_cast<std::uint32_t>(std::stoul(text, nullptr, 16)));
}

}  // namespace

std::vector<RecordedListings> recorded_listings() {
  std::vector<RecordedListings> all;
  for (const auto& file :
       std::filesystem::directory_iterator(std::string(DROVER_SOURCE_ROOT) + "/test/ipvs/listings"))
    all.push_back({file.path().stem(), json::parse(std::ifstream(file.path()))});
  return all;
}

api::Services services_of(const json& recording) {
  api::Services services;
  const config::Config config =
      recording["rules"].empty() ? config::Config() : configuration_of(recording);
  const auto seconds = [](config::Milliseconds time) {
    return static_cast<std::uint32_t>(time.count() / 1000);
  };
  services.timeouts = {.tcp_established_seconds = seconds(config.timeouts.tcp_established),
                       .tcp_fin_wait_seconds = seconds(config.timeouts.tcp_fin_wait),
                       .udp_seconds = seconds(config.timeouts.udp)};
  for (const config::Service& service : config.services)
    for (const std::uint16_t port : control::virtual_ports(service))
      services.services.push_back(service_of(config, service, port));
  return services;
}

void count(api::Services& services, const json& state) {
  for_each_entry(services, state, [](const json& entry, api::Totals& totals, api::Server* server) {
    totals = totals_of(entry["stats"]);
    if (server == nullptr) return;
    server->active = entry["active"];
    server->inactive = entry["inactive"];
    server->persistent = entry["persistent"];
  });
}

Rates rates_of(const api::Services& services, const json& state) {
  api::Services before = services;
  api::Services after = services;
  for_each_entry(before, state,
                 [](const json&, api::Totals& totals, api::Server*) { totals = {}; });
  for_each_entry(after, state, [](const json& entry, api::Totals& totals, api::Server*) {
    totals = totals_of(entry["rate"]);
  });
  after.uptime_seconds = before.uptime_seconds + 1;
  return {before, after};
}

std::vector<api::Connection> connections_of(const json& state) {
  std::vector<api::Connection> rows;
  for (const std::string line : state) {
    std::istringstream words(line);
    std::string protocol;
    std::string address[3];
    std::string port[3];
    std::string name;
    std::uint32_t expires = 0;
    words >> protocol;
    for (int i = 0; i < 3; ++i) words >> address[i] >> port[i];
    words >> name >> expires;
    const auto endpoint = [&](int i) {
      return api::Endpoint{proc_address(address[i]),
                           static_cast<std::uint16_t>(std::stoul(port[i], nullptr, 16))};
    };
    rows.push_back({protocol, expires, name, endpoint(0), endpoint(1), endpoint(2)});
  }
  return rows;
}

Resolver resolver_of(const json& recording) {
  std::map<IpAddress, std::string> hosts;
  for (const auto& [address, name] : recording["hosts"].items())
    hosts.emplace(*IpAddress::parse(address), name);
  std::map<std::string, std::string> ports;  // "80/tcp"
  for (const std::string line : recording["ports"])
    ports.emplace(line.substr(line.find(' ') + 1), line.substr(0, line.find(' ')));
  const auto key = [](std::uint16_t port, const std::string& protocol) {
    return std::to_string(port) + (protocol == "TCP" ? "/tcp" : "/udp");
  };
  return {.host_name = [hosts](const IpAddress& address) -> std::optional<std::string> {
            const auto found = hosts.find(address);
            if (found == hosts.end()) return std::nullopt;
            return found->second;
          },
          .port_name = [ports, key](std::uint16_t port,
                                    const std::string& protocol) -> std::optional<std::string> {
            const auto found = ports.find(key(port, protocol));
            if (found == ports.end()) return std::nullopt;
            return found->second;
          },
          .address = [hosts](const std::string& host) -> std::optional<Ipv4Address> {
            for (const auto& [address, name] : hosts)
              if (address.is_v4() && name == host) return address.v4();
            return std::nullopt;
          },
          .port = [ports, key](const std::string& wanted,
                               const std::string& protocol) -> std::optional<std::uint16_t> {
            for (const auto& [number, name] : ports) {
              const auto port = static_cast<std::uint16_t>(std::stoul(number));
              if (name == wanted && number == key(port, protocol)) return port;
            }
            return std::nullopt;
          }};
}

}  // namespace drover::client
