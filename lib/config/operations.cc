// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/operations.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "lib/config/nearest.h"
#include "lib/config/tree.h"

namespace drover::config {
namespace {

bool goes_by(const Service& service, std::string_view name) {
  if (service.name == name) return true;
  if (service.ports.empty()) return to_string(service.address, 0) == name;
  return std::ranges::any_of(
      service.ports, [&](std::uint16_t port) { return to_string(service.address, port) == name; });
}

bool goes_by(const Server& server, std::string_view name) {
  return server.name == name || IpAddress::parse(std::string(name)) == server.address;
}

const Server* find_address(const std::vector<Server>& servers, const IpAddress& address) {
  const auto server = std::ranges::find(servers, address, &Server::address);
  return server == servers.end() ? nullptr : &*server;
}

// Where a server of a service stands, and the changes of its pool.
struct Place {
  Changes changes;
  std::string pool;
  Server server;

  PoolChanges& of_pool() { return changes.pools[pool]; }
};

Result<Place> place_of(const Running& running, std::string_view service, std::string_view server) {
  const auto owner = find_service(running.config(), service);
  if (!owner) return tl::unexpected(owner.error());
  const auto found = find_server(running.config(), **owner, server);
  if (!found) return tl::unexpected(found.error());
  return Place{running.changes(), (*owner)->pool, **found};
}

// What the server would be without an edit: the file's, unless it was added. Null: it was.
const Server* unedited(const Running& running, const Place& place) {
  const auto changed = running.changes().pools.find(place.pool);
  if (changed != running.changes().pools.end() &&
      changed->second.added.contains(place.server.address))
    return nullptr;
  const auto pool = running.file_config().pools.find(place.pool);
  return pool == running.file_config().pools.end()
             ? nullptr
             : find_address(pool->second.servers, place.server.address);
}

// What says what the file says is no change.
void forget_empty(Place& place) {
  PoolChanges& pool = place.of_pool();
  std::erase_if(pool.edited,
                [](const auto& edited) { return !edited.second.weight && !edited.second.state; });
  if (pool.empty()) place.changes.pools.erase(place.pool);
}

}  // namespace

Result<const Service*> find_service(const Config& config, std::string_view name) {
  std::vector<const Service*> found;
  std::vector<std::string_view> known;
  for (const Service& service : config.services) {
    known.push_back(service.name);
    if (goes_by(service, name)) found.push_back(&service);
  }
  // A name is one service's; an address and port may be tcp's and udp's.
  if (found.size() == 1 || (!found.empty() && found.front()->name == name)) return found.front();
  if (!found.empty())
    return failure(std::string(name), "there is a tcp and a udp service of this address",
                   fmt::format("name it: {} or {}", found[0]->name, found[1]->name));
  return failure(std::string(name), "there is no such service",
                 suggest(name, known, "the services are"));
}

Result<const Server*> find_server(const Config& config, const Service& service,
                                  std::string_view name) {
  const std::vector<Server>& servers = config.pools.at(service.pool).servers;
  std::vector<std::string_view> known;
  for (const Server& server : servers) {
    known.push_back(server.name);
    if (goes_by(server, name)) return &server;
  }
  return failure(std::string(name), fmt::format("{} has no such server", service.name),
                 suggest(name, known, "its servers are"));
}

Result<Changes> set_weight(const Running& running, std::string_view service,
                           std::string_view server, std::uint32_t weight) {
  auto place = place_of(running, service, server);
  if (!place) return tl::unexpected(place.error());
  if (weight > 65'535)
    return failure("weight", fmt::format("is {}, expected a whole number from 0 to 65535", weight));
  const Server* file = unedited(running, *place);
  auto& edit = place->of_pool().edited[place->server.address];
  edit.weight = file != nullptr && file->weight == weight ? std::nullopt : std::optional(weight);
  forget_empty(*place);
  return std::move(place->changes);
}

Result<Changes> set_state(const Running& running, std::string_view service, std::string_view server,
                          AdminState state) {
  auto place = place_of(running, service, server);
  if (!place) return tl::unexpected(place.error());
  const Server* file = unedited(running, *place);
  const bool is_plain = file != nullptr ? file->state == state : state == AdminState::enabled;
  auto& edit = place->of_pool().edited[place->server.address];
  edit.state = is_plain ? std::nullopt : std::optional(state);
  forget_empty(*place);
  return std::move(place->changes);
}

Result<Changes> add_server(const Running& running, std::string_view service, const YamlNode& item) {
  const auto owner = find_service(running.config(), service);
  if (!owner) return tl::unexpected(owner.error());
  const auto address = IpAddress::parse(std::string(text_at(item, "address")));
  if (!address)
    return failure("address", "a server needs an address", "such as {\"address\": \"192.0.2.21\"}");
  if (const Server* there =
          find_address(running.config().pools.at((*owner)->pool).servers, *address))
    return failure(to_string(*address), fmt::format("{} has this server already, by the name {}",
                                                    (*owner)->name, there->name));
  Changes changes = running.changes();
  PoolChanges& pool = changes.pools[(*owner)->pool];
  pool.added.insert_or_assign(*address, item);
  pool.edited.erase(*address);
  return changes;
}

Result<Changes> remove_server(const Running& running, std::string_view service,
                              std::string_view server) {
  auto place = place_of(running, service, server);
  if (!place) return tl::unexpected(place.error());
  const auto& address = place->server.address;
  if (running.config().pools.at(place->pool).servers.size() == 1)
    return failure(place->server.name, "it is the last server",
                   "disable it, or remove the service");
  PoolChanges& pool = place->of_pool();
  pool.edited.erase(address);
  pool.added.erase(address);
  const auto in_file = running.file_config().pools.find(place->pool);
  if (in_file != running.file_config().pools.end() &&
      find_address(in_file->second.servers, address) != nullptr)
    pool.removed.insert(address);
  forget_empty(*place);
  return std::move(place->changes);
}

Result<Changes> add_service(const Running& running, const YamlNode& item) {
  const std::string name(text_at(item, "name"));
  if (name.empty()) return failure("name", "a service needs a name");
  for (const Service& service : running.config().services)
    if (service.name == name) return failure(name, "there is a service of this name already");
  Changes changes = running.changes();
  changes.added_services.insert_or_assign(name, item);
  return changes;
}

Result<Changes> remove_service(const Running& running, std::string_view service) {
  const auto found = find_service(running.config(), service);
  if (!found) return tl::unexpected(found.error());
  if (running.config().services.size() == 1)
    return failure((*found)->name, "it is the last service", "stop droverd instead");
  Changes changes = running.changes();
  changes.added_services.erase((*found)->name);
  changes.pools.erase("service " + (*found)->name);
  for (const Service& in_file : running.file_config().services)
    if (in_file.name == (*found)->name) changes.removed_services.insert(in_file.name);
  return changes;
}

}  // namespace drover::config
