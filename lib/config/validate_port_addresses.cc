// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include "lib/config/validate.h"

namespace drover::config {

void validate_port_addresses(Context& context, const std::vector<Node>& nodes,
                             const std::vector<PortInFile>& ports) {
  if (nodes.empty() && context.places().given("nodes")) return;  // they could not be read
  for (std::size_t i = 0; i < ports.size(); ++i) {
    const auto path = fmt::format("ports[{}].address", i);
    const auto position = context.places().sound(path);
    if (!position) continue;
    const AddressesInFile& addresses = ports[i].addresses_in_file;
    std::vector<std::string_view> named;
    for (const auto& [node, of_node] : addresses.by_node) named.push_back(node);
    if (!named.empty())
      check_nodes_of_key(context, nodes, path, "address", named);
    else if (nodes.size() > 1)
      context.error(*position, "address is the same for every node",
                    fmt::format("give each its own: address: {{{}: ..., {}: ...}}", nodes[0].name,
                                nodes[1].name));
  }
}

}  // namespace drover::config
