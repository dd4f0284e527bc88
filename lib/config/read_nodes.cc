// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {

std::optional<ByName<Node>> read_nodes(Context& context, const YamlNode& node) {
  static const Table<Node> table =
      Table<Node>("a node")
          .required("address", &Node::addresses, own_addresses)
          .optional("priority", &Node::priority, number<std::uint8_t>(1, 255));
  auto nodes = map_by_name("nodes", table)(context, node);
  if (!nodes) return std::nullopt;
  for (auto& [name, value] : *nodes) value.name = name;
  return nodes;
}

}  // namespace drover::config
