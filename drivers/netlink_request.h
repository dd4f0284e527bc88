// SPDX-License-Identifier: BSD-3-Clause
// A request to the kernel by rtnetlink, sent on a socket of its own and waited for: the kernel
// answers within the call. Not for what must not wait for the kernel's rtnl lock.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "lib/net/address.h"

namespace drover {

class NetlinkRequest {
 public:
  // `body` is the struct that follows the header in a request of this type (rtmsg, ndmsg, ...);
  // `flags` are added to NLM_F_REQUEST.
  template <class Body>
  NetlinkRequest(std::uint16_t type, std::uint16_t flags, const Body& body)
      : NetlinkRequest(type, flags) {
    append(&body, sizeof body);
  }

  void add(std::uint16_t type, const void* data, std::size_t length);
  void add(std::uint16_t type, std::uint8_t value) { add(type, &value, sizeof value); }
  void add(std::uint16_t type, std::uint32_t value) { add(type, &value, sizeof value); }
  void add(std::uint16_t type, const std::string& text) {
    add(type, text.c_str(), text.size() + 1);
  }
  void add(std::uint16_t type, const IpAddress& address);

  // Calls `each` for what is answered. 0 or an errno value.
  int send(const std::function<void(const nlmsghdr&)>& each = [](const nlmsghdr&) {});
  // The same of a request for all there are.
  int dump(const std::function<void(const nlmsghdr&)>& each);

 private:
  NetlinkRequest(std::uint16_t type, std::uint16_t flags);
  nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(message_.data()); }
  void append(const void* data, std::size_t length);
  int exchange(const std::function<void(const nlmsghdr&)>& each);

  std::vector<std::uint8_t> message_;
};

}  // namespace drover
