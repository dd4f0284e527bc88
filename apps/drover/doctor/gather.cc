// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/doctor/gather.h"

#include <fmt/format.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>
#include <memory>

#include "drivers/hugepages.h"
#include "drivers/kernel_interface.h"
#include "drivers/netlink_request.h"
#include "drivers/numa_node.h"
#include "lib/control/interface_view.h"

namespace drover::client::doctor {
namespace {

template <class T>
std::optional<T> read_number(const std::string& file) {
  T number{};
  std::ifstream stream(file);
  return stream >> number ? std::optional(number) : std::nullopt;
}

// Calls each(type, data) for the attributes behind the fixed part of a message.
template <class Body, class Each>
void each_attribute(const nlmsghdr& message, Each each) {
  const auto* body = static_cast<const std::uint8_t*>(NLMSG_DATA(&message));
  auto length = static_cast<int>(NLMSG_PAYLOAD(&message, sizeof(Body)));
  const auto* attribute = reinterpret_cast<const rtattr*>(body + NLMSG_ALIGN(sizeof(Body)));
  for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length))
    each(attribute->rta_type & NLA_TYPE_MASK, *attribute);
}

Xdp xdp_of(unsigned index) {
  Xdp result = Xdp::none;
  ifinfomsg body{};
  body.ifi_index = static_cast<int>(index);
  NetlinkRequest(RTM_GETLINK, 0, body).send([&](const nlmsghdr& message) {
    each_attribute<ifinfomsg>(message, [&](int type, const rtattr& xdp) {
      if (type != IFLA_XDP) return;
      auto length = static_cast<int>(RTA_PAYLOAD(&xdp));
      for (auto* inner = static_cast<const rtattr*>(RTA_DATA(&xdp)); RTA_OK(inner, length);
           inner = RTA_NEXT(inner, length)) {
        if ((inner->rta_type & NLA_TYPE_MASK) != IFLA_XDP_ATTACHED) continue;
        const auto mode = *static_cast<const std::uint8_t*>(RTA_DATA(inner));
        if (mode == XDP_ATTACHED_SKB) result = Xdp::generic;
        if (mode == XDP_ATTACHED_DRV || mode == XDP_ATTACHED_HW) result = Xdp::native;
      }
    });
  });
  return result;
}

unsigned rp_filter_of(const std::string& interface) {
  const auto setting = [](const std::string& name) {
    return read_number<unsigned>(fmt::format("/proc/sys/net/ipv4/conf/{}/rp_filter", name))
        .value_or(0);
  };
  return std::max(setting("all"), setting(interface));
}

Interface look_at(const std::string& name) {
  Interface result;
  result.numa_node = numa_node_of_device(name);
  const auto kernel = read_kernel_interface(name);
  if (!kernel) return result;
  result.exists = true;
  result.mtu = kernel->mtu;
  result.lro = kernel->lro;
  result.gro = kernel->gro;
  result.gro_hardware = kernel->gro_hardware;
  result.hardware = kernel->hardware;
  result.multicast = kernel->multicast;
  result.xdp = xdp_of(kernel->index);
  result.rp_filter = rp_filter_of(name);
  return result;
}

std::vector<LocalAddress> local_addresses() {
  std::set<std::string> names;
  const std::unique_ptr<struct if_nameindex, decltype(&if_freenameindex)> list(if_nameindex(),
                                                                               &if_freenameindex);
  for (const auto* each = list.get(); each != nullptr && each->if_index != 0; ++each)
    names.insert(each->if_name);
  std::vector<LocalAddress> addresses;
  for (const auto& [name, view] : control::view_interfaces(names))
    for (const IpInterface& address : view.addresses) addresses.push_back({name, address});
  return addresses;
}

// The interface of the kernel's own route; none: there is no route.
std::optional<std::string> way_to(const IpAddress& address) {
  rtmsg body{};
  body.rtm_family = address.is_v4() ? AF_INET : AF_INET6;
  body.rtm_dst_len = address.is_v4() ? 32 : 128;
  NetlinkRequest request(RTM_GETROUTE, 0, body);
  request.add(RTA_DST, address);
  std::optional<std::string> interface;
  request.send([&](const nlmsghdr& message) {
    each_attribute<rtmsg>(message, [&](int type, const rtattr& attribute) {
      char name[IF_NAMESIZE] = {};
      if (type == RTA_OIF &&
          if_indextoname(*static_cast<const unsigned*>(RTA_DATA(&attribute)), name) != nullptr)
        interface = name;
    });
  });
  return interface;
}

const char* name_of(config::PortDriver driver) {
  switch (driver) {
    case config::PortDriver::af_xdp:
      return "af_xdp";
    case config::PortDriver::pci:
      return "pci";
    case config::PortDriver::vdev:
      break;
  }
  return "vdev";
}

}  // namespace

void take_configuration(const config::Config& config, Facts& facts) {
  for (const config::Port& port : config.ports) {
    const bool is_kernels = port.driver == config::PortDriver::af_xdp;
    facts.ports.push_back({port.name, name_of(port.driver), port.device,
                           is_kernels ? port.device : "drover-" + port.name});
  }
  for (const config::Service& service : config.services) facts.vips.insert(service.address);
  facts.cores = config.workers.cores;
  facts.vrrp_by_multicast =
      config.failover && std::ranges::any_of(config.failover->vrrp, [](const auto& instance) {
        return instance.peers.empty();
      });
}

void take_answers(Facts& facts) {
  for (const api::Port& port : facts.status->ports)
    facts.ports.push_back({port.name, port.driver, port.device, port.kernel_interface});
  for (const api::Service& service : facts.services->services) facts.vips.insert(service.address);
}

void look_at_host(Facts& facts) {
  if (facts.status && facts.cores.empty())
    for (const api::Worker& worker : facts.status->workers) facts.cores.push_back(worker.core);
  for (const Port& port : facts.ports)
    for (const std::string& name : {port.device, port.kernel_interface})
      if (!facts.interfaces.contains(name)) facts.interfaces[name] = look_at(name);
  facts.addresses = local_addresses();
  for (const IpAddress& vip : facts.vips)
    if (const auto interface = way_to(vip)) facts.way_to[vip] = *interface;
  facts.free_hugepage_megabytes = read_hugepages().free_megabytes;
  facts.numa_node_of_core = numa_nodes_of_cores();
}

}  // namespace drover::client::doctor
