// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/vdev/vdev_driver.h"

#include <linux/if_packet.h>
#include <rte_eal.h>
#include <sys/socket.h>

#include "drivers/af_xdp/attached_program.h"
#include "drivers/af_xdp/mtu.h"
#include "drivers/interface_fitness.h"
#include "drivers/kernel_interface.h"

namespace drover {

std::string vdev_argument(const std::string& device, const std::string& key) {
  const std::string start = "," + key + "=";
  const auto found = device.find(start);
  if (found == std::string::npos) return {};
  const auto begin = found + start.size();
  return device.substr(begin, device.find(',', begin) - begin);
}

Result<void> VdevDriver::check() {
  const std::string& device = settings().device;
  if (!device.starts_with("net_"))
    return failure(device, "this is no virtual network device of DPDK's",
                   "write it as DPDK does, such as net_af_xdp0,iface=eth0");
  const std::string below = vdev_argument(device, "iface");
  if (auto locked = lock(below.empty() ? device.substr(0, device.find(',')) : below); !locked)
    return locked;
  if (auto host = check_host_interface(); !host) return host;
  return below.empty() ? Result<void>{} : check_kernel_interface(below);
}

Result<void> VdevDriver::check_kernel_interface(const std::string& name) {
  const auto interface = read_kernel_interface(name);
  if (!interface) return tl::unexpected(interface.error());
  if (auto fit = check_interface_fitness(name, *interface); !fit) return fit;

  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(interface->index);
  request.mr_type = PACKET_MR_ALLMULTI;
  all_multicast_ = UniqueFd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (!all_multicast_)
    return failure(name, "this user may not open a packet socket",
                   "run as root, or give CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_IPC_LOCK");
  setsockopt(all_multicast_.get(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);

  if (!settings().device.starts_with("net_af_xdp")) return {};
  af_xdp_mtu_ = interface->mtu;
  if (auto fit = check_af_xdp_mtu(name, af_xdp_mtu_, false); !fit) return fit;
  // libxdp goes on with a default program that a dead process of any kind has left.
  const auto program = attached_program(name, interface->index);
  if (program && *program && (*program)->name == "xsk_def_prog") return {};
  return detach_stale_program(name, interface->index);
}

Result<void> VdevDriver::probe() {
  const bool hugepages = rte_eal_has_hugepages() != 0;
  const std::string below = vdev_argument(settings().device, "iface");
  if (auto fit = check_af_xdp_mtu(below, af_xdp_mtu_, hugepages); !fit) return fit;
  return HostPort::probe();
}

}  // namespace drover
