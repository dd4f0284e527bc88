// SPDX-License-Identifier: BSD-3-Clause
// What no key can tell alone: contradictions between keys. Only values that were read without an
// error take part (Places knows), so that one mistake is not told twice.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/config/config.h"
#include "lib/config/context.h"
#include "lib/config/sections.h"

namespace drover::config {

// All of the below but the ports' devices and addresses, which are looked at while every node's are
// there.
void validate(Context& context, const Config& config);

void validate_devices(Context& context, const std::vector<Node>& nodes,
                      const std::vector<PortInFile>& ports);
void validate_port_addresses(Context& context, const std::vector<Node>& nodes,
                             const std::vector<PortInFile>& ports);
void validate_ports(Context& context, const Config& config);
void validate_networks(Context& context, const Config& config);
void validate_addresses(Context& context, const Config& config);
void validate_services(Context& context, const Config& config);
void validate_access(Context& context, const Config& config);
void validate_health(Context& context, const Config& config);
void validate_failover(Context& context, const Config& config);
void validate_sync(Context& context, const Config& config);

// Of a key that is given by node: `named` are the nodes of the file, all of them.
void check_nodes_of_key(Context& context, const std::vector<Node>& nodes, const std::string& path,
                        std::string_view key, const std::vector<std::string_view>& named);

// A pool and where it stands: "pools.NAME" or "services[N]".
struct PoolPlace {
  const Pool* pool;
  std::string path;
};
std::vector<PoolPlace> pool_places(const Config& config);

// Finds the second of two equal things.
template <class Key>
class FirstSeen {
 public:
  // The position of the first when this is not it.
  std::optional<Position> add(const Key& key, Position position) {
    const auto [first, is_new] = seen_.emplace(key, position);
    if (is_new) return std::nullopt;
    return first->second;
  }

 private:
  std::map<Key, Position> seen_;
};

// "the first is at 7:9"
std::string the_first_is_at(Position position);

}  // namespace drover::config
