// SPDX-License-Identifier: BSD-3-Clause
// Has a port take frames for a MAC address besides its own, which a card would otherwise filter
// out: the virtual one of VRRP (RFC 9568, 7.3).
#pragma once

#include <cstdint>
#include <string>

#include "drivers/unique_fd.h"
#include "lib/base/result.h"
#include "lib/net/address.h"

namespace drover {

enum class MacReception : std::uint8_t {
  filtered,    // the filter lets it through, or there is none
  promiscuous  // no room in the filter: all frames come in
};

// Of a running ethdev, until it is closed.
Result<MacReception> receive_by_ethdev(std::uint16_t ethdev, const MacAddress& mac);

// Of a kernel interface, as long as the descriptor is open. The kernel itself makes it promiscuous
// where the card has no filter.
Result<UniqueFd> receive_by_interface(const std::string& interface, const MacAddress& mac);

// Multicast of a running ethdev, for VRRP and neighbour solicitations: all groups, else all frames.
// A device with neither has no filter, or the log says that groups may be missing.
void receive_multicast(std::uint16_t ethdev);

}  // namespace drover
