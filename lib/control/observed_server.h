// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/control/api_model.h"
#include "lib/control/snapshot_builder.h"

namespace drover::control {

// The real server of a DestinationId, for a person.
struct ObservedServer {
  std::string name;                 // its address when it has been removed
  std::optional<api::Endpoint> at;  // with its service's port; none: it has been removed
  std::optional<MacAddress> mac;
};

ObservedServer observed_server(const SnapshotBuilder& services, const MacOf& mac_of,
                               std::uint32_t destination);

}  // namespace drover::control
