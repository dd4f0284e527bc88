// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/interface_address.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "drivers/netlink_request.h"

namespace drover {

Result<void> add_interface_address(unsigned index, const IpInterface& address) {
  ifaddrmsg body{};
  body.ifa_family = address.address.is_v4() ? AF_INET : AF_INET6;
  body.ifa_index = index;
  body.ifa_prefixlen = address.prefix_length;
  if (address.address.is_v6()) body.ifa_flags = IFA_F_NODAD;
  NetlinkRequest request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body);
  request.add(IFA_LOCAL, address.address);
  request.add(IFA_ADDRESS, address.address);
  if (const int error = request.send(); error != 0)
    return failure("", "address " + to_string(address) + " cannot be set: " + errno_text(error));
  return {};
}

}  // namespace drover
