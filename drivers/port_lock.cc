// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/port_lock.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace drover {

Result<PortLock> PortLock::take(const std::string& device) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "drover/port/" + device;
  if (name.size() > sizeof address.sun_path - 1)
    return failure(device, "this name of a device is too long");
  std::memcpy(address.sun_path + 1, name.data(), name.size());  // a leading NUL: abstract
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());

  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return failure(device, "no socket: " + errno_text(errno));
  for (int tries = 20; bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0;
       --tries) {
    if (errno == EADDRINUSE && tries > 0) {
      usleep(50'000);
      continue;
    }
    if (errno == EADDRINUSE)
      return failure(device, "another droverd uses this device",
                     "stop that one, or name another device");
    return failure(device, "it cannot be locked: " + errno_text(errno));
  }
  return PortLock(std::move(socket));
}

}  // namespace drover
