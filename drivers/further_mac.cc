// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/further_mac.h"

#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <rte_ethdev.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "drivers/driver_log.h"
#include "lib/base/log.h"

namespace drover {

Result<MacReception> receive_by_ethdev(std::uint16_t ethdev, const MacAddress& mac) {
  rte_ether_addr address{};
  std::ranges::copy(mac.bytes(), std::begin(address.addr_bytes));
  LogCapture captured;
  if (rte_eth_dev_mac_addr_add(ethdev, &address, 0) == 0) return MacReception::filtered;
  const int error = rte_eth_promiscuous_enable(ethdev);
  if (error == 0) return MacReception::promiscuous;
  return failure(fmt::format("port {}", ethdev),
                 fmt::format("takes no frames for {}: {} ({})", to_string(mac), errno_text(-error),
                             captured.cause()),
                 "of a virtual function: ip link set DEVICE vf NUMBER trust on spoofchk off");
}

Result<UniqueFd> receive_by_interface(const std::string& interface, const MacAddress& mac) {
  UniqueFd socket(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
  request.mr_type = PACKET_MR_UNICAST;
  request.mr_alen = static_cast<unsigned short>(mac.bytes().size());
  std::ranges::copy(mac.bytes(), request.mr_address);
  if (socket &&
      setsockopt(socket.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request) == 0)
    return socket;
  return failure(interface,
                 fmt::format("takes no frames for {}: {}", to_string(mac), errno_text(errno)));
}

void receive_multicast(std::uint16_t ethdev) {
  rte_eth_dev_info info{};
  const int all = rte_eth_allmulticast_enable(ethdev);
  // A kernel interface below has memberships of its own.
  if (all == 0 || rte_eth_dev_info_get(ethdev, &info) != 0 || info.if_index != 0) return;
  const int promiscuous = rte_eth_promiscuous_enable(ethdev);
  if (promiscuous == 0 || (all == -ENOTSUP && promiscuous == -ENOTSUP)) return;
  log::warning(
      "port {}: {} takes no multicast groups ({}): heartbeats by multicast and neighbour "
      "solicitations may not come in",
      ethdev, info.driver_name, errno_text(-all));
}

}  // namespace drover
