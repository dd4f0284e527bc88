// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "lib/config/validate.h"

namespace drover::config {
namespace {

// A prefix stands once, in one of the lists, and is of the service's family.
void check_networks(Context& context, const Service& service, const std::string& path) {
  FirstSeen<IpInterface> seen;
  const auto check = [&](const std::vector<IpInterface>& networks, const char* key) {
    for (std::size_t i = 0; i < networks.size(); ++i) {
      const auto here = context.places().sound(fmt::format("{}.{}[{}]", path, key, i));
      if (!here) continue;
      if (networks[i].address.is_v4() != service.address.is_v4())
        context.error(*here, fmt::format("{} is not of the family of the service's address, {}",
                                         to_string(networks[i]), to_string(service.address)));
      else if (const auto first = seen.add(networks[i], *here))
        context.error(*here, fmt::format("the network {} is given twice", to_string(networks[i])),
                      the_first_is_at(*first));
    }
  };
  check(service.allow, "allow");
  check(service.deny, "deny");
}

}  // namespace

void validate_access(Context& context, const Config& config) {
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const Service& service = config.services[i];
    const std::string path = fmt::format("services[{}]", i);
    if (!context.places().sound(path + ".address")) continue;
    check_networks(context, service, path);
    if (service.limit && service.address.is_v4() && service.limit->mask > 32)
      context.error(
          context.places().nearest(path + ".limit.mask"),
          fmt::format("mask is {}, an IPv4 prefix has at most 32 bits", service.limit->mask));
  }
}

}  // namespace drover::config
