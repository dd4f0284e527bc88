// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/interface_address.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "drivers/unique_fd.h"

namespace drover {
namespace {

// RTM_NEWADDR with its attributes; the kernel's macros do the alignment.
struct Request {
  nlmsghdr header{};
  ifaddrmsg message{};
  std::uint8_t attributes[64]{};

  void add(std::uint16_t type, const void* data, std::size_t length) {
    auto* attribute = reinterpret_cast<rtattr*>(reinterpret_cast<std::uint8_t*>(this) +
                                                NLMSG_ALIGN(header.nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = static_cast<std::uint16_t>(RTA_LENGTH(length));
    std::memcpy(RTA_DATA(attribute), data, length);
    header.nlmsg_len =
        static_cast<std::uint32_t>(NLMSG_ALIGN(header.nlmsg_len) + RTA_SPACE(length));
  }
  void add_address(const void* data, std::size_t length) {
    add(IFA_LOCAL, data, length);
    add(IFA_ADDRESS, data, length);
  }
};

// 0 or an errno.
int send(const Request& request) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return errno;
  if (::send(socket.get(), &request, request.header.nlmsg_len, 0) < 0) return errno;
  struct {
    nlmsghdr header;
    nlmsgerr error;
    std::uint8_t rest[512];
  } reply{};
  const ssize_t length = recv(socket.get(), &reply, sizeof reply, 0);
  if (length < 0) return errno;
  return reply.header.nlmsg_type == NLMSG_ERROR ? -reply.error.error : 0;
}

}  // namespace

Result<void> add_interface_address(unsigned index, const IpInterface& address) {
  Request request;
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof(ifaddrmsg));
  request.header.nlmsg_type = RTM_NEWADDR;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;
  request.message.ifa_index = index;
  request.message.ifa_prefixlen = address.prefix_length;
  if (address.address.is_v4()) {
    const Be32 wire = address.address.v4().wire();
    request.message.ifa_family = AF_INET;
    request.add_address(&wire, sizeof wire);
  } else {
    request.message.ifa_family = AF_INET6;
    request.message.ifa_flags = IFA_F_NODAD;
    request.add_address(address.address.v6().bytes().data(), sizeof(Ipv6Address::Bytes));
  }
  if (const int error = send(request); error != 0)
    return failure("", "address " + to_string(address) + " cannot be set: " + errno_text(error));
  return {};
}

}  // namespace drover
