// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "lib/config/duration.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

constexpr const char* here = "failover.sync";

void check_peers(Context& context, const std::vector<IpAddress>& peers, const std::string& path) {
  FirstSeen<IpAddress> seen;
  for (std::size_t i = 0; i < peers.size(); ++i)
    if (const auto place = context.places().sound(fmt::format("{}.peers[{}]", path, i)))
      if (const auto first = seen.add(peers[i], *place))
        context.error(*place, fmt::format("the peer {} is given twice", to_string(peers[i])),
                      the_first_is_at(*first));
}

void check_ipvs(Context& context, const Config& config, const IpvsSync& ipvs) {
  const std::string path = std::string(here) + ".ipvs";
  check_peers(context, ipvs.peers, path);
  if (const auto place = context.places().sound(path + ".on"))
    if (std::ranges::find(config.ports, ipvs.on, &Port::name) == config.ports.end())
      context.error(*place, fmt::format("there is no port {}", ipvs.on),
                    "name one of `ports`, or leave it out for the first");
  for (std::size_t i = 0; i < ipvs.peers.size(); ++i)
    if (const auto place = context.places().sound(fmt::format("{}.peers[{}]", path, i)))
      if (ipvs.peers[i].is_v6() != ipvs.group.is_v6())
        context.error(*place, fmt::format("the peer {} is of another family than the group {}",
                                          to_string(ipvs.peers[i]), to_string(ipvs.group)));
}

// Between two words of a connection neither balancer may take it for expired.
void check_refresh(Context& context, const Config& config, const Sync& sync) {
  const auto place = context.places().sound(std::string(here) + ".refresh");
  const Milliseconds shortest = std::min(config.timeouts.tcp_established, config.timeouts.udp);
  if (place && sync.refresh > shortest / 2)
    context.error(*place, fmt::format("refresh is {}, more than half of the shortest time-out of a "
                                      "connection, {}",
                                      to_string(sync.refresh), to_string(shortest)));
}

}  // namespace

void validate_sync(Context& context, const Config& config) {
  if (!config.failover || !config.failover->sync) return;
  const Sync& sync = *config.failover->sync;
  const auto place = context.places().sound(here);
  if (!place) return;
  const bool has_key = context.places().given(std::string(here) + ".key_file").has_value();
  if (!has_key && !sync.ipvs)
    context.error(*place, "sync has no key_file",
                  "`openssl rand -hex 32` makes a key; both balancers need the same one");
  if (!has_key && !sync.peers.empty())
    context.error(*place, "sync has peers, but no key_file",
                  "between balancers nothing goes unauthenticated");
  if (has_key && !context.places().given(std::string(here) + ".peers") && config.nodes.size() < 2)
    context.error(*place, "sync has no peers", "list their addresses, or give the file `nodes`");
  check_peers(context, sync.peers, here);
  check_refresh(context, config, sync);
  if (sync.ipvs) check_ipvs(context, config, *sync.ipvs);
}

}  // namespace drover::config
