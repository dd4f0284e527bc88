// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/ipvsadm_listing.h"

#include <algorithm>
#include <utility>

namespace drover::client {
namespace {

using Columns = IpvsadmFormat::Columns;

// When several are asked for, ipvsadm takes the first of these.
Columns columns_of(const IpvsadmOptions& options) {
  if (options.stats) return Columns::stats;
  if (options.rate) return Columns::rate;
  if (options.thresholds) return Columns::thresholds;
  if (options.persistent) return Columns::persistent;
  return options.tunnels ? Columns::tunnels : Columns::connections;
}

// Keeps the one that was asked for.
Result<void> choose_service(api::Services& services, const IpvsadmOptions& options,
                            const Resolver& resolver) {
  const std::string protocol = options.udp_service.empty() ? "TCP" : "UDP";
  const auto wanted = read_endpoint(options.service(), protocol, resolver);
  if (options.fwmark_service.empty() && !wanted)
    return failure(options.service(), "illegal virtual server address[:port] specified");
  const bool known_kind = !options.tcp_service.empty() || !options.udp_service.empty();
  std::erase_if(services.services, [&](const api::Service& service) {
    return !known_kind || service.protocol != protocol || service.address != wanted->address ||
           service.port != wanted->port;
  });
  if (services.services.empty()) return failure("", "No such service");
  return {};
}

// The kernel has the latest server first; the order of its services is by chance.
void leave_unsorted(api::Services& services) {
  for (api::Service& service : services.services) std::ranges::reverse(service.servers);
}

}  // namespace

NameOf ipvsadm_names(const IpvsadmOptions& options, const Resolver& resolver) {
  if (options.numeric) return numeric_name;
  return HostNames(resolver);
}

Result<std::string> ipvsadm_listing(api::Services services, const std::optional<Rates>& rates,
                                    const IpvsadmOptions& options, const Resolver& resolver) {
  if (options.daemon) return std::string();  // there is no sync daemon of IPVS's kind
  if (options.timeout) return ipvsadm_timeouts(services.timeouts);
  const NameOf names = ipvsadm_names(options, resolver);
  if (options.no_sort)
    leave_unsorted(services);
  else
    sort_like_ipvsadm(services);
  if (options.save) return ipvsadm_rules(services, names);
  const bool all = options.service().empty();
  if (!all)
    if (const auto chosen = choose_service(services, options, resolver); !chosen)
      return tl::unexpected(chosen.error());
  const IpvsadmFormat format{
      .columns = columns_of(options), .exact = options.exact, .name_of = names, .mark = {}};
  return (all ? ipvsadm_first_line() : "") + ipvsadm_table(services, format, rates);
}

}  // namespace drover::client
