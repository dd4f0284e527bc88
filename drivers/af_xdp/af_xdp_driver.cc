// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/af_xdp/af_xdp_driver.h"

#include <fmt/format.h>
#include <rte_eal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "drivers/af_xdp/attached_program.h"
#include "drivers/af_xdp/mtu.h"
#include "drivers/af_xdp/steer_object.h"
#include "drivers/interface_fitness.h"
#include "lib/base/log.h"

namespace drover {
namespace {

Result<void> check_kernel(const std::string& where) {
  const UniqueFd socket(::socket(AF_XDP, SOCK_RAW | SOCK_CLOEXEC, 0));
  if (socket) return {};
  if (errno == EAFNOSUPPORT)
    return failure(where, "this kernel has no AF_XDP sockets",
                   "take one with CONFIG_XDP_SOCKETS, or the pci driver");
  if (errno == EPERM)
    return failure(where, "this user may not open an AF_XDP socket",
                   "run as root, or give CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF and CAP_IPC_LOCK");
  return failure(where, "no AF_XDP socket: " + errno_text(errno));
}

}  // namespace

AfXdpDriver::~AfXdpDriver() {
  ethdev_.reset();  // net_af_xdp detaches the program
  if (!program_) return;
  const auto left = attached_program(settings_.device, interface_.index);
  if (!left || !*left || (*left)->id != *program_) return;
  if (auto detached = detach_program(settings_.device, interface_.index, **left); !detached)
    log::warning("{}", to_string(detached.error()));
}

Result<void> AfXdpDriver::check() {
  auto interface = read_kernel_interface(settings_.device);
  if (!interface) return tl::unexpected(interface.error());
  interface_ = *interface;
  if (auto fit = check_fitness(); !fit) return fit;
  if (auto kernel = check_kernel(settings_.device); !kernel) return kernel;
  if (auto object = try_steer_object(); !object) return object;
  auto lock = PortLock::take(settings_.device);
  if (!lock) return tl::unexpected(lock.error());
  lock_ = std::move(*lock);
  return detach_stale_program(settings_.device, interface_.index);
}

Result<void> AfXdpDriver::check_fitness() const {
  const std::string& device = settings_.device;
  if (auto fit = check_interface_fitness(device, interface_); !fit) return fit;
  if (auto fit = check_af_xdp_mtu(device, interface_.mtu, false); !fit) return fit;
  if (auto fit = check_every_queue_is_polled(device, interface_, settings_.queues_wanted); !fit)
    return fit;
  if (interface_.hardware && interface_.vlan_stripping)
    log::info(
        "{}: VLAN tags are taken off received frames; where there are any: ethtool -K {} "
        "rxvlan off",
        device, device);
  return {};
}

Result<void> AfXdpDriver::probe() {
  const bool hugepages = rte_eal_has_hugepages() != 0;
  if (auto fit = check_af_xdp_mtu(settings_.device, interface_.mtu, hugepages); !fit) return fit;
  auto object = steer_object_file();
  if (!object) return tl::unexpected(object.error());
  object_ = std::move(*object);
  // Without hardware below there is no zero copy, and then an empty burst needs no system call
  // (busy_budget=0). With it the budget stays: without one, net_af_xdp may wait a second for a
  // frame when the device has run out of buffers.
  const char* polling = interface_.hardware ? "" : ",force_copy=1,busy_budget=0";
  auto ethdev = HotplugDevice::probe(
      settings_.device,
      fmt::format("net_af_xdp_{0},iface={0},start_queue=0,queue_count={1},"
                  "xdp_prog=/proc/self/fd/{2}{3}",
                  settings_.device, std::min(interface_.queues, settings_.queues_wanted),
                  object_.get(), polling));
  if (!ethdev) return tl::unexpected(ethdev.error());
  ethdev_.emplace(std::move(*ethdev));
  return {};
}

Result<void> AfXdpDriver::find_program() {
  const auto program = attached_program(settings_.device, interface_.index);
  if (!program) return tl::unexpected(program.error());
  if (!*program)
    return failure(settings_.device, "its XDP program has been detached",
                   "restart droverd to attach it again");
  if (program_ == (*program)->id) return {};

  auto vips = VipMap::open(settings_.device, (*program)->id);
  if (!vips) return tl::unexpected(vips.error());
  vips_ = std::move(*vips);
  program_ = (*program)->id;
  object_ = {};
  log::info("{}: XDP program {} attached in {} mode", settings_.device, (*program)->description(),
            (*program)->native ? "native" : "generic");
  return {};
}

Result<void> AfXdpDriver::steer(std::span<const IpAddress> vips) {
  if (auto found = find_program(); !found) return found;
  groups_.replace(settings_.device, vips);
  return vips_->replace(vips);
}

Result<MacReception> AfXdpDriver::receive_also(const MacAddress& mac) {
  auto received = receive_by_interface(settings_.device, mac);
  if (!received) return tl::unexpected(received.error());
  further_macs_.push_back(std::move(*received));
  return MacReception::filtered;
}

}  // namespace drover
