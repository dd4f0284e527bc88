// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

bool are_of_one_family(const std::vector<IpInterface>& addresses) {
  if (addresses.size() != 2) return false;
  const auto [first, second] = std::pair(addresses[0], addresses[1]);
  const bool both_were_read = first != IpInterface{} && second != IpInterface{};
  return both_were_read && first.address.is_v4() == second.address.is_v4();
}

}  // namespace

std::optional<std::vector<IpInterface>> own_addresses(Context& context, const YamlNode& node) {
  if (node.content->kind == Kind::list) {
    const auto addresses = list_of("addresses", interface_address, 1, 2)(context, node);
    if (addresses && are_of_one_family(*addresses)) {
      context.error(node.position, "address has two addresses of one family",
                    "give at most one IPv4 and one IPv6 address");
      return std::nullopt;
    }
    return addresses;
  }
  const auto address = interface_address(context, node);
  if (!address) return std::nullopt;
  return std::vector{*address};
}

}  // namespace drover::config
