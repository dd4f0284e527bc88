// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

std::optional<Sync> sync(Context& context, const YamlNode& node) {
  static const Table<Sync> table =
      Table<Sync>("sync").required("key_file", &Sync::key_file, absolute_path);
  return table(context, node);
}

}  // namespace

std::optional<Failover> read_failover(Context& context, const YamlNode& node) {
  static const Table<Failover> table =
      Table<Failover>("failover")
          .required("vrrp", &Failover::vrrp, list_of("vrrp instances", read_vrrp_instance))
          .optional("sync", &Failover::sync, sync);
  return table(context, node);
}

}  // namespace drover::config
