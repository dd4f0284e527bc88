// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/host_interface.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "drivers/interface_address.h"

namespace drover {
namespace {

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::memcpy(request.ifr_name, name.data(), std::min(name.size(), sizeof request.ifr_name - 1));
  return request;
}

Result<UniqueFd> open_tap(const std::string& name) {
  // The kernel would hand over a persistent tap of this name, which is not ours.
  if (if_nametoindex(name.c_str()) != 0)
    return failure(name, "there is a network interface of this name already",
                   fmt::format("ip link delete {}, or give the port another name", name));
  UniqueFd tap(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
  if (!tap)
    return failure(name, "/dev/net/tun cannot be opened: " + errno_text(errno),
                   errno == ENOENT ? "modprobe tun" : "");
  ifreq request = request_for(name);
  request.ifr_flags = static_cast<short>(IFF_TAP | IFF_NO_PI | IFF_TUN_EXCL);
  if (ioctl(tap.get(), TUNSETIFF, &request) != 0)
    return failure(name, "no tap: " + errno_text(errno),
                   errno == EPERM ? "run as root, or give CAP_NET_ADMIN" : "");
  return tap;
}

Result<void> set_up(const HostInterfaceSettings& settings) {
  const UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto change = [&](unsigned long what, ifreq& request, const char* of) -> Result<void> {
    if (ioctl(socket.get(), what, &request) == 0) return {};
    return failure(settings.name, fmt::format("its {} cannot be set: {}", of, errno_text(errno)));
  };

  ifreq request = request_for(settings.name);
  request.ifr_mtu = settings.mtu;
  if (auto done = change(SIOCSIFMTU, request, "MTU"); !done) return done;
  if (!settings.mac.is_zero()) {
    request = request_for(settings.name);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::memcpy(request.ifr_hwaddr.sa_data, settings.mac.bytes().data(), 6);
    if (auto done = change(SIOCSIFHWADDR, request, "MAC address"); !done) return done;
  }
  request = request_for(settings.name);
  if (auto done = change(SIOCGIFFLAGS, request, "state"); !done) return done;
  request.ifr_flags |= IFF_UP;
  if (auto done = change(SIOCSIFFLAGS, request, "state"); !done) return done;

  const unsigned index = if_nametoindex(settings.name.c_str());
  for (const IpInterface& address : settings.addresses) {
    auto added = add_interface_address(index, address);
    if (!added) {
      added.error().where = settings.name;
      return added;
    }
  }
  return {};
}

}  // namespace

Result<std::string> HostInterface::name_for(const std::string& port) {
  std::string name = "drover-" + port;
  if (name.size() >= IF_NAMESIZE)
    return failure(port, "this name of a port is too long for its host interface",
                   "take one of at most 8 characters");
  if (port.find_first_of("/: \t\n") != std::string::npos)
    return failure(port, "this name of a port does not do for its host interface",
                   "take letters and digits");
  return name;
}

Result<std::unique_ptr<HostInterface>> HostInterface::create(
    const HostInterfaceSettings& settings) {
  auto tap = open_tap(settings.name);
  if (!tap) return tl::unexpected(tap.error());
  if (auto done = set_up(settings); !done) return tl::unexpected(done.error());
  return std::unique_ptr<HostInterface>(new HostInterface(std::move(*tap), settings.name));
}

std::optional<std::size_t> HostInterface::read(std::span<std::byte> room) {
  const ssize_t length = ::read(tap_.get(), room.data(), room.size());
  if (length < 0 && errno == EBADFD) deleted_ = true;
  if (length <= 0) return std::nullopt;
  return static_cast<std::size_t>(length);
}

bool HostInterface::write(std::span<const std::byte> frame) {
  return ::write(tap_.get(), frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

}  // namespace drover
