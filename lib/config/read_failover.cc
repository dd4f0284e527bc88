// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"

namespace drover::config {

std::optional<Failover> read_failover(Context& context, const YamlNode& node) {
  static const Table<Failover> table =
      Table<Failover>("failover")
          .required("vrrp", &Failover::vrrp, list_of("vrrp instances", read_vrrp_instance))
          .optional("sync", &Failover::sync, read_sync);
  return table(context, node);
}

}  // namespace drover::config
