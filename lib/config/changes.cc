// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/changes.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "lib/config/admin_state.h"
#include "lib/config/tree.h"

namespace drover::config {
namespace {

bool has_address(const YamlNode& server, const IpAddress& address) {
  return IpAddress::parse(text_at(server, "address")) == address;
}

class Application {
 public:
  Application(const Changes& changes, YamlNode file) : applied_{std::move(file), changes, {}} {}

  Applied run() && {
    remove_services();
    add_services();
    for (auto pool = changes().pools.begin(); pool != changes().pools.end();) {
      change_pool(pool->first, pool->second);
      pool = pool->second.empty() ? changes().pools.erase(pool) : std::next(pool);
    }
    return std::move(applied_);
  }

 private:
  Changes& changes() { return applied_.changes; }
  YamlNode& document() { return applied_.document; }
  void drop(std::string why) { applied_.dropped.push_back(std::move(why)); }

  std::vector<YamlNode> services() {
    const YamlNode* list = find(document(), "services");
    return list == nullptr ? std::vector<YamlNode>{} : list->content->items;
  }

  void set_services(std::vector<YamlNode> items) {
    document() = with(document(), "services", make_list(std::move(items)));
  }

  static auto find_named(std::vector<YamlNode>& items, std::string_view name) {
    return std::ranges::find_if(
        items, [&](const YamlNode& item) { return text_at(item, "name") == name; });
  }

  void remove_services() {
    auto items = services();
    std::erase_if(changes().removed_services, [&](const std::string& name) {
      const auto item = find_named(items, name);
      if (item != items.end()) {
        items.erase(item);
        return false;
      }
      drop(fmt::format("service {}: its removal is no change any more, the file lacks it", name));
      return true;
    });
    set_services(std::move(items));
  }

  void add_services() {
    auto items = services();
    std::erase_if(changes().added_services, [&](const auto& named) {
      if (find_named(items, named.first) == items.end()) {
        items.push_back(named.second);
        return false;
      }
      drop(fmt::format("service {}: the file has it now, and the file's is taken", named.first));
      return true;
    });
    set_services(std::move(items));
  }

  // "service NAME": the servers stand in the service.
  void change_pool(const std::string& name, PoolChanges& pool) {
    constexpr std::string_view in_place = "service ";
    if (name.starts_with(in_place)) {
      auto items = services();
      const auto service = find_named(items, std::string_view(name).substr(in_place.size()));
      if (service != items.end() && change_servers(*service, pool, name))
        return set_services(std::move(items));
    } else if (const YamlNode* pools = find(document(), "pools")) {
      const YamlNode* found = find(*pools, name);
      if (found != nullptr) {
        YamlNode changed = *found;
        if (change_servers(changed, pool, name)) {
          document() = with(document(), "pools", with(*pools, name, std::move(changed)));
          return;
        }
      }
    }
    drop(fmt::format("{}: its servers are no longer in the file, nor are the changes to them",
                     name.starts_with(in_place) ? name : "pool " + name));
    pool = {};
  }

  // False: `owner` has no servers.
  bool change_servers(YamlNode& owner, PoolChanges& pool, const std::string& name) {
    const YamlNode* list = find(owner, "servers");
    if (list == nullptr || list->content->kind != Kind::list) return false;
    std::vector<YamlNode> servers = list->content->items;
    remove(servers, pool);
    add(servers, pool, name);
    edit(servers, pool, name);
    owner = with(owner, "servers", make_list(std::move(servers), list->position));
    return true;
  }

  static auto find_server(std::vector<YamlNode>& servers, const IpAddress& address) {
    return std::ranges::find_if(
        servers, [&](const YamlNode& server) { return has_address(server, address); });
  }

  // One that the file lacks is removed already, which nobody needs to hear of.
  static void remove(std::vector<YamlNode>& servers, PoolChanges& pool) {
    std::erase_if(pool.removed, [&](const IpAddress& address) {
      const auto server = find_server(servers, address);
      if (server == servers.end()) return true;
      servers.erase(server);
      return false;
    });
  }

  void add(std::vector<YamlNode>& servers, PoolChanges& pool, const std::string& name) {
    std::erase_if(pool.added, [&](const auto& added) {
      if (find_server(servers, added.first) == servers.end()) {
        servers.push_back(added.second);
        return false;
      }
      drop(fmt::format("{}: the file has the server {} now, and the file's is taken", name,
                       to_string(added.first)));
      return true;
    });
  }

  void edit(std::vector<YamlNode>& servers, PoolChanges& pool, const std::string& name) {
    std::erase_if(pool.edited, [&](const auto& edited) {
      const auto server = find_server(servers, edited.first);
      if (server == servers.end()) {
        drop(fmt::format("{}: the server {} is no longer in the file, nor is the change to it",
                         name, to_string(edited.first)));
        return true;
      }
      if (edited.second.weight)
        *server = with(*server, "weight", make_scalar(std::to_string(*edited.second.weight)));
      if (edited.second.state)
        *server = with(*server, "state", make_scalar(std::string(to_string(*edited.second.state))));
      return false;
    });
  }

  Applied applied_;
};

}  // namespace

std::size_t Changes::size() const {
  std::size_t count = removed_services.size() + added_services.size();
  for (const auto& [name, pool] : pools) {
    std::set<IpAddress> servers = pool.removed;
    for (const auto& [address, unused] : pool.added) servers.insert(address);
    for (const auto& [address, unused] : pool.edited) servers.insert(address);
    count += servers.size();
  }
  return count;
}

Applied apply(const Changes& changes, const YamlNode& file) {
  return Application(changes, file).run();
}

}  // namespace drover::config
