// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

constexpr Milliseconds longest_interval{40'950};  // 12 bits of centiseconds (RFC 9568)

std::optional<VrrpInstance> vrrp_instance(Context& context, const YamlNode& node) {
  static const Table<VrrpInstance> table =
      Table<VrrpInstance>("a vrrp instance")
          .required("id", &VrrpInstance::id, number<std::uint8_t>(1, 255))
          .optional("interval", &VrrpInstance::interval,
                    duration(Milliseconds(10), longest_interval))
          .optional("peers", &VrrpInstance::peers, list_of("addresses", unicast_address));
  return table(context, node);
}

std::optional<Sync> sync(Context& context, const YamlNode& node) {
  static const Table<Sync> table =
      Table<Sync>("sync").required("key_file", &Sync::key_file, absolute_path);
  return table(context, node);
}

}  // namespace

std::optional<Failover> read_failover(Context& context, const YamlNode& node) {
  static const Table<Failover> table =
      Table<Failover>("failover")
          .required("vrrp", &Failover::vrrp, list_of("vrrp instances", vrrp_instance))
          .optional("sync", &Failover::sync, sync);
  return table(context, node);
}

}  // namespace drover::config
