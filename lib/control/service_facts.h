// SPDX-License-Identifier: BSD-3-Clause
// What several parts of the control thread ask of the services as they are now.
#pragma once

#include <set>
#include <string>

#include "lib/control/snapshot_builder.h"

namespace drover::control {

std::set<IpAddress> vip_addresses(const SnapshotBuilder& builder);

// Of the servers of the service of this name, of all its ports together, sorry servers left out:
// how many get new connections, from 0 to 100. Without any server 100.
unsigned percent_up(const SnapshotBuilder& builder, const std::string& service);

}  // namespace drover::control
