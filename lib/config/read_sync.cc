// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

std::optional<IpAddress> multicast_address(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto address = text != nullptr ? IpAddress::parse(*text) : std::nullopt;
  const bool is_multicast = address && (address->is_v6() ? address->v6().is_multicast()
                                                         : address->v4().value() >> 28U == 0xe);
  if (is_multicast) return address;
  context.expected(node, "a multicast address, such as 224.0.0.81");
  return std::nullopt;
}

std::optional<IpvsSync> ipvs(Context& context, const YamlNode& node) {
  static const Table<IpvsSync> table =
      Table<IpvsSync>("ipvs")
          .required("peers", &IpvsSync::peers, list_of("addresses", unicast_address))
          .optional("group", &IpvsSync::group, multicast_address)
          .optional("unicast", &IpvsSync::unicast, boolean)
          .optional("port", &IpvsSync::port, number<std::uint16_t>(1, 65'535))
          .optional("sync_id", &IpvsSync::sync_id, number<std::uint8_t>(0, 255))
          .optional("on", &IpvsSync::on, port_name);
  return table(context, node);
}

}  // namespace

std::optional<Sync> read_sync(Context& context, const YamlNode& node) {
  static const Table<Sync> table =
      Table<Sync>("sync")
          .optional("key_file", &Sync::key_file, absolute_path)
          .optional("peers", &Sync::peers, list_of("addresses", unicast_address))
          .optional("port", &Sync::port, number<std::uint16_t>(1, 65'535))
          .optional("wait", &Sync::wait, duration(Milliseconds(0), Milliseconds(600'000)))
          .optional("refresh", &Sync::refresh, duration(Milliseconds(1'000)))
          .optional("ipvs", &Sync::ipvs, ipvs);
  return table(context, node);
}

}  // namespace drover::config
