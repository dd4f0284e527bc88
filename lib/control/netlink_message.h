// SPDX-License-Identifier: BSD-3-Clause
// rtnetlink messages about neighbours and links as values (rtnetlink(7)); no socket here.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "lib/net/address.h"

namespace drover::control::netlink {

using Bytes = std::vector<std::uint8_t>;

// An entry of the kernel's neighbour table that was added or changed, or one that a dump lists.
struct NeighbourEntry {
  int interface = 0;  // index
  IpAddress address;
  std::optional<MacAddress> mac;  // none while the kernel itself does not know or trust one
  bool permanent = false;         // an operator's, which nothing but an operator changes
};

struct NeighbourRemoved {
  int interface = 0;
  IpAddress address;
};

struct LinkChanged {
  int interface = 0;
  std::string name;  // after the change
};

// The end of a dump, or the answer to a request; `error` is 0 or an errno value.
struct Answer {
  std::uint32_t sequence = 0;
  int error = 0;
  bool interrupted = false;  // the table changed while it was dumped: dump again
};

using Message = std::variant<NeighbourEntry, NeighbourRemoved, LinkChanged, Answer>;

// Calls `each` for every message of a datagram that says something of the above; others, and what
// follows a malformed one, are passed over.
void parse(std::span<const std::uint8_t> datagram, const std::function<void(const Message&)>& each);

// Requests. All ask for an Answer.
Bytes dump_neighbours(std::uint32_t sequence);
Bytes use_neighbour(std::uint32_t sequence, int interface, const IpAddress& address);
Bytes set_neighbour(std::uint32_t sequence, int interface, const IpAddress& address,
                    const MacAddress& mac);

}  // namespace drover::control::netlink
