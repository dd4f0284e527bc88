// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/solicited_groups.h"

#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "lib/base/log.h"

namespace drover {
namespace {

bool change(int socket, int option, unsigned index, const Ipv6Address& group) {
  ipv6_mreq request{};
  std::memcpy(&request.ipv6mr_multiaddr, group.bytes().data(), group.bytes().size());
  request.ipv6mr_interface = index;
  return setsockopt(socket, IPPROTO_IPV6, option, &request, sizeof request) == 0;
}

}  // namespace

void SolicitedGroups::replace(const std::string& interface, std::span<const IpAddress> vips) {
  std::set<Ipv6Address> wanted;
  for (const IpAddress& vip : vips)
    if (vip.is_v6()) wanted.insert(vip.v6().solicited_node());
  if (wanted == joined_) return;

  if (!socket_) socket_ = UniqueFd(socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const unsigned index = if_nametoindex(interface.c_str());
  std::erase_if(joined_, [&](const Ipv6Address& group) {
    return !wanted.contains(group) && change(socket_.get(), IPV6_DROP_MEMBERSHIP, index, group);
  });
  for (const Ipv6Address& group : wanted) {
    if (joined_.contains(group)) continue;
    if (change(socket_.get(), IPV6_ADD_MEMBERSHIP, index, group)) {
      joined_.insert(group);
    } else {
      log::warning("{}: group {} cannot be joined, neighbours may not find its VIP: {}", interface,
                   to_string(group), errno_text(errno));
    }
  }
}

}  // namespace drover
