// SPDX-License-Identifier: BSD-3-Clause
// What a snapshot says of a group of clients' templates: those of a virtual service, or of all
// ports of a service with `across_ports`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "lib/base/flat_index.h"
#include "lib/base/strong_id.h"
#include "lib/flow/client_template.h"
#include "lib/flow/tick.h"
#include "lib/net/address.h"

namespace drover::datapath {

struct Persistence {
  PersistenceId group;
  Ipv6Address mask = all_bits;  // of IPv4 in the last four bytes
  flow::Ticks timeout{};
  // As a template is listed.
  VipId vip;
  std::uint16_t virtual_port = 0;  // 0: any, or several
  // By candidate of the group's services, whose servers are the same in the same order: the id that
  // stands in templates, and whether a server gives its clients up.
  std::vector<DestinationId> names;
  std::vector<bool> gives_up;
  FlatIndex candidates;  // the ids of all the group's services -> candidate

  static constexpr Ipv6Address all_bits{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  flow::TemplateKey key_of(const IpAddress& client) const {
    return {client.mapped() & mask, group};
  }
  // None: the server has been removed, or gets nobody any more.
  std::optional<std::uint32_t> candidate_of(DestinationId name) const {
    const auto candidate = candidates.find(name.value());
    return candidate && gives_up[*candidate] ? std::nullopt : candidate;
  }
};

}  // namespace drover::datapath
