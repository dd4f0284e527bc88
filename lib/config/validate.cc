// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/validate.h"

#include <fmt/format.h>

namespace drover::config {

void validate(Context& context, const Config& config) {
  validate_ports(context, config);
  validate_networks(context, config);
  validate_addresses(context, config);
  validate_services(context, config);
  validate_access(context, config);
  validate_health(context, config);
  validate_failover(context, config);
  validate_sync(context, config);
}

std::vector<PoolPlace> pool_places(const Config& config) {
  std::map<std::string, std::string> in_place;
  for (std::size_t i = 0; i < config.services.size(); ++i)
    in_place.emplace("service " + config.services[i].name, fmt::format("services[{}]", i));
  std::vector<PoolPlace> places;
  for (const auto& [name, pool] : config.pools) {
    const auto service = in_place.find(name);
    places.push_back({&pool, service != in_place.end() ? service->second : "pools." + name});
  }
  return places;
}

std::string the_first_is_at(Position position) {
  return fmt::format("the first is at {}:{}", position.line, position.column);
}

}  // namespace drover::config
