// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/check_path/mark_route.h"

#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <cerrno>
#include <set>
#include <utility>

#include "drivers/check_path/check_mark.h"
#include "drivers/netlink_request.h"
#include "lib/net/address.h"

namespace drover {
namespace {

constexpr MacAddress gateway_mac{{0x02, 0x64, 0x72, 0x6f, 0x76, 0x65}};

IpAddress gateway(int family) {
  return *IpAddress::parse(family == AF_INET ? "192.0.0.8" : "fe80::64:726f:7665:72");
}

NetlinkRequest rule(std::uint16_t type, std::uint16_t flags, int family,
                    const std::string& interface) {
  fib_rule_hdr body{};
  body.family = static_cast<std::uint8_t>(family);
  body.table = check_table;
  body.action = FR_ACT_TO_TBL;
  NetlinkRequest request(type, flags, body);
  request.add(FRA_PRIORITY, std::uint32_t{check_table});
  request.add(FRA_FWMARK, std::uint32_t{CHECK_MARK});
  request.add(FRA_FWMASK, std::uint32_t{CHECK_MARK_MASK});
  request.add(FRA_OIFNAME, interface);
  request.add(FRA_PROTOCOL, check_table);
  return request;
}

// The route's metric is the interface's index: several ports share the table.
NetlinkRequest route(std::uint16_t type, std::uint16_t flags, int family, unsigned index) {
  rtmsg body{};
  body.rtm_family = static_cast<std::uint8_t>(family);
  body.rtm_table = check_table;
  body.rtm_protocol = check_table;
  body.rtm_scope = RT_SCOPE_UNIVERSE;
  body.rtm_type = RTN_UNICAST;
  body.rtm_flags = RTNH_F_ONLINK;
  NetlinkRequest request(type, flags, body);
  request.add(RTA_GATEWAY, gateway(family));
  request.add(RTA_OIF, std::uint32_t{index});
  request.add(RTA_PRIORITY, std::uint32_t{index});
  return request;
}

NetlinkRequest neighbour(std::uint16_t type, std::uint16_t flags, int family, unsigned index) {
  ndmsg body{};
  body.ndm_family = static_cast<std::uint8_t>(family);
  body.ndm_ifindex = static_cast<int>(index);
  body.ndm_state = NUD_PERMANENT;
  NetlinkRequest request(type, flags, body);
  request.add(NDA_DST, gateway(family));
  if (type == RTM_NEWNEIGH)
    request.add(NDA_LLADDR, gateway_mac.bytes().data(), gateway_mac.bytes().size());
  return request;
}

Result<void> put_up_family(const std::string& interface, int family) {
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return failure(interface, "there is no such network interface");
  const char* version = family == AF_INET ? "IPv4" : "IPv6";
  constexpr std::uint16_t replace = NLM_F_CREATE | NLM_F_REPLACE;
  if (const int error = neighbour(RTM_NEWNEIGH, replace, family, index).send(); error != 0)
    return failure(interface, fmt::format("the {} gateway of health checks cannot be set: {}",
                                          version, errno_text(error)));
  if (const int error = route(RTM_NEWROUTE, replace, family, index).send(); error != 0)
    return failure(interface, fmt::format("the {} route of health checks cannot be set: {}",
                                          version, errno_text(error)));
  if (const int error = rule(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, family, interface).send();
      error != 0 && error != EEXIST)
    return failure(interface, fmt::format("the {} rule of health checks cannot be set: {}", version,
                                          errno_text(error)));
  return {};
}

void take_down_family(const std::string& interface, int family) {
  while (rule(RTM_DELRULE, 0, family, interface).send() == 0) {
  }
  const unsigned index = if_nametoindex(interface.c_str());
  if (index == 0) return;
  route(RTM_DELROUTE, 0, family, index).send();
  neighbour(RTM_DELNEIGH, 0, family, index).send();
}

// Interfaces that rules of ours name and that are no more: host interfaces of a killed daemon.
std::set<std::string> lost_interfaces(int family) {
  std::set<std::string> lost;
  fib_rule_hdr body{};
  body.family = static_cast<std::uint8_t>(family);
  NetlinkRequest(RTM_GETRULE, 0, body).dump([&](const nlmsghdr& message) {
    if (message.nlmsg_type != RTM_NEWRULE) return;
    const auto* head = static_cast<const fib_rule_hdr*>(NLMSG_DATA(&message));
    if (head->table != check_table || (head->flags & FIB_RULE_OIF_DETACHED) == 0) return;
    auto length = static_cast<int>(NLMSG_PAYLOAD(&message, sizeof *head));
    const auto* attribute = reinterpret_cast<const rtattr*>(
        reinterpret_cast<const std::uint8_t*>(head) + NLMSG_ALIGN(sizeof *head));
    for (; RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length))
      if (attribute->rta_type == FRA_OIFNAME)
        lost.insert(static_cast<const char*>(RTA_DATA(attribute)));
  });
  return lost;
}

}  // namespace

MarkRoute::MarkRoute(std::string interface) : interface_(std::move(interface)) {}

MarkRoute::MarkRoute(MarkRoute&& other) noexcept
    : interface_(std::exchange(other.interface_, {})) {}

Result<MarkRoute> MarkRoute::put_up(const std::string& interface, bool ipv4, bool ipv6) {
  for (const int family : {AF_INET, AF_INET6}) {
    take_down_family(interface, family);
    for (const std::string& lost : lost_interfaces(family)) take_down_family(lost, family);
  }
  MarkRoute route(interface);
  if (auto up = route.restore(ipv4, ipv6); !up) return tl::unexpected(up.error());
  return route;
}

Result<void> MarkRoute::restore(bool ipv4, bool ipv6) const {
  if (ipv4)
    if (auto up = put_up_family(interface_, AF_INET); !up) return up;
  if (ipv6) return put_up_family(interface_, AF_INET6);
  return {};
}

MarkRoute::~MarkRoute() {
  if (interface_.empty()) return;
  for (const int family : {AF_INET, AF_INET6}) take_down_family(interface_, family);
}

}  // namespace drover
