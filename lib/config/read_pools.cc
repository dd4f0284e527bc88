// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/admin_state.h"
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {

std::optional<ByName<Pool>> read_pools(Context& context, const YamlNode& node) {
  static const Table<Pool> table = Table<Pool>("a pool")
                                       .required("servers", &Pool::servers, read_servers)
                                       .optional("checks", &Pool::checks, read_checks)
                                       .optional("port", &Pool::port, port_name)
                                       .optional("vlan", &Pool::vlan, vlan_id);
  auto pools = map_by_name("pools", table)(context, node);
  if (!pools) return std::nullopt;
  for (auto& [name, pool] : *pools) pool.name = name;
  return pools;
}

std::optional<std::vector<Server>> read_servers(Context& context, const YamlNode& node) {
  static const std::string_view why_no_port =
      "direct routing cannot change the port: a server's is the service's";
  static const auto threshold = number<std::uint32_t>(1, 1'000'000'000);
  static const Table<Server> table =
      Table<Server>("a server")
          .required("address", &Server::address, unicast_address)
          .optional("name", &Server::name, name)
          .optional("weight", &Server::weight, number<std::uint32_t>(0, 65'535))
          .optional("state", &Server::state, one_of(admin_state_words()))
          .optional("mac", &Server::mac, station_mac)
          .optional("upper_threshold", &Server::upper_threshold, threshold)
          .optional("lower_threshold", &Server::lower_threshold, threshold)
          .absent("port", why_no_port)
          .absent("ports", why_no_port);
  auto servers = list_of("servers", table)(context, node);
  if (!servers) return std::nullopt;
  for (Server& server : *servers)
    if (server.name.empty()) server.name = to_string(server.address);
  return servers;
}

}  // namespace drover::config
