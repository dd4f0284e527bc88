// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/interface_view.h"

#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

namespace drover::control {
namespace {

// A sockaddr of the kind that its family says; a copy, as sockaddr itself is too short for it.
template <class T>
T as(const sockaddr* address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}

unsigned prefix_length(const std::uint8_t* mask, std::size_t length) {
  unsigned bits = 0;
  for (std::size_t i = 0; i < length; ++i) bits += static_cast<unsigned>(std::popcount(mask[i]));
  return bits;
}

void add_v4(InterfaceView& view, const ifaddrs& entry) {
  if (entry.ifa_netmask == nullptr) return;
  const auto mask = as<sockaddr_in>(entry.ifa_netmask).sin_addr.s_addr;
  view.addresses.push_back({Ipv4Address(ntohl(as<sockaddr_in>(entry.ifa_addr).sin_addr.s_addr)),
                            static_cast<std::uint8_t>(std::popcount(mask))});
}

void add_v6(InterfaceView& view, const ifaddrs& entry) {
  if (entry.ifa_netmask == nullptr) return;
  const auto mask = as<sockaddr_in6>(entry.ifa_netmask).sin6_addr;
  const auto own = as<sockaddr_in6>(entry.ifa_addr).sin6_addr;
  Ipv6Address::Bytes wire;
  std::copy_n(own.s6_addr, wire.size(), wire.begin());
  view.addresses.push_back({Ipv6Address(wire), static_cast<std::uint8_t>(prefix_length(
                                                   mask.s6_addr, sizeof mask.s6_addr))});
}

void add_link(InterfaceView& view, const ifaddrs& entry) {
  const auto link = as<sockaddr_ll>(entry.ifa_addr);
  view.index = link.sll_ifindex;
  view.running = (entry.ifa_flags & IFF_UP) != 0 && (entry.ifa_flags & IFF_RUNNING) != 0;
  MacAddress::Bytes wire;
  std::copy_n(link.sll_addr, wire.size(), wire.begin());
  view.mac = MacAddress(wire);
}

bool is_link_local(const IpAddress& address) {
  const auto& bytes = address.v6().bytes();
  return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80;
}

}  // namespace

std::map<std::string, InterfaceView> view_interfaces(const std::set<std::string>& names) {
  std::map<std::string, InterfaceView> views;
  for (const std::string& name : names) views[name];
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return views;
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owner(list, &freeifaddrs);
  for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
    const auto view = views.find(entry->ifa_name);
    if (view == views.end() || entry->ifa_addr == nullptr) continue;
    if (entry->ifa_addr->sa_family == AF_PACKET) add_link(view->second, *entry);
    if (entry->ifa_addr->sa_family == AF_INET) add_v4(view->second, *entry);
    if (entry->ifa_addr->sa_family == AF_INET6) add_v6(view->second, *entry);
  }
  return views;
}

std::optional<IpAddress> choose_sender(const InterfaceView& interface, const IpAddress& target,
                                       const std::set<IpAddress>& excluded) {
  std::optional<IpAddress> best;
  int best_rank = 0;
  for (const IpInterface& own : interface.addresses) {
    if (own.address.is_v4() != target.is_v4() || excluded.contains(own.address)) continue;
    int rank = 1;
    if (target.is_v6() && is_link_local(own.address)) rank = 2;
    if (own.contains(target)) rank = 3;
    if (rank > best_rank) best = own.address;
    best_rank = std::max(rank, best_rank);
  }
  return best;
}

}  // namespace drover::control
