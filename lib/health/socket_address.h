// SPDX-License-Identifier: BSD-3-Clause
// Addresses as the kernel's socket calls take them.
#pragma once

#include <sys/socket.h>

#include <cstdint>

#include "lib/net/address.h"

namespace drover::health {

struct SocketAddress {
  SocketAddress(const IpAddress& address, std::uint16_t port);
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }

  sockaddr_storage storage{};
  socklen_t length = 0;
};

inline int family_of(const IpAddress& address) {
  return address.is_v4() ? AF_INET : AF_INET6;
}

}  // namespace drover::health
