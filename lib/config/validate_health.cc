// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "lib/config/validate.h"

namespace drover::config {
namespace {

// A check of `ports: any` has no port to connect to.
void check_ports_of_checks(Context& context, const Config& config) {
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    const auto pool = config.pools.find(service.pool);
    const auto here = context.places().sound(fmt::format("services[{}].ports", i));
    if (!here || !service.ports.empty() || pool == config.pools.end()) continue;
    const bool lacks_port = std::ranges::any_of(pool->second.checks, [](const Check& check) {
      const bool connects =
          !runs_program(check.kind) && !std::holds_alternative<PingCheck>(check.kind);
      return connects && !check.port;
    });
    if (lacks_port)
      context.error(*here,
                    fmt::format("the service {} has ports: any, its checks no port", service.name),
                    "give each check a port");
  }
}

void check_all_down(Context& context, const Config& config) {
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    const auto path = fmt::format("services[{}]", i);
    const auto here = context.places().sound(path + ".when_all_down");
    if (here && service.health.when_all_down == WhenAllDown::sorry && !service.sorry_server)
      context.error(*here, "when_all_down: sorry needs a sorry_server");
    if (here && service.health.when_all_down != WhenAllDown::sorry && service.sorry_server)
      context.error(*here, "a sorry_server is for when_all_down: sorry only",
                    "take one of the two out");
    const auto pool = config.pools.find(service.pool);
    if (pool == config.pools.end()) continue;
    if (const auto quorum = context.places().sound(path + ".quorum");
        quorum &&
        service.health.quorum + service.health.quorum_hysteresis > pool->second.servers.size())
      context.error(*quorum,
                    fmt::format("the service {} has {} servers only", service.name,
                                pool->second.servers.size()),
                    "quorum and quorum_hysteresis together are more than that");
    if (const auto sorry = context.places().sound(path + ".sorry_server"))
      if (std::ranges::find(pool->second.servers, *service.sorry_server, &Server::address) !=
          pool->second.servers.end())
        context.error(*sorry, fmt::format("the sorry_server {} is one of the servers, too",
                                          to_string(*service.sorry_server)));
    if (service.health.hold_down.first > service.health.hold_down.most)
      context.error(context.places().nearest(path + ".hold_down"),
                    "hold_down begins with more than the most");
  }
}

}  // namespace

void validate_health(Context& context, const Config& config) {
  check_ports_of_checks(context, config);
  check_all_down(context, config);
}

}  // namespace drover::config
