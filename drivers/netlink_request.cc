// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/netlink_request.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "drivers/unique_fd.h"

namespace drover {

NetlinkRequest::NetlinkRequest(std::uint16_t type, std::uint16_t flags)
    : message_(sizeof(nlmsghdr)) {
  header().nlmsg_type = type;
  header().nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
}

void NetlinkRequest::append(const void* data, std::size_t length) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  message_.insert(message_.end(), bytes, bytes + length);
  message_.resize(NLMSG_ALIGN(message_.size()));
}

void NetlinkRequest::add(std::uint16_t type, const void* data, std::size_t length) {
  const rtattr head{static_cast<std::uint16_t>(RTA_LENGTH(length)), type};
  append(&head, sizeof head);
  append(data, length);
}

void NetlinkRequest::add(std::uint16_t type, const IpAddress& address) {
  if (address.is_v4()) {
    const Be32 wire = address.v4().wire();
    add(type, &wire, sizeof wire);
  } else {
    add(type, address.v6().bytes().data(), sizeof(Ipv6Address::Bytes));
  }
}

int NetlinkRequest::send(const std::function<void(const nlmsghdr&)>& each) {
  header().nlmsg_flags |= NLM_F_ACK;
  return exchange(each);
}

int NetlinkRequest::dump(const std::function<void(const nlmsghdr&)>& each) {
  header().nlmsg_flags |= NLM_F_DUMP;
  return exchange(each);
}

int NetlinkRequest::exchange(const std::function<void(const nlmsghdr&)>& each) {
  const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket) return errno;
  header().nlmsg_len = static_cast<std::uint32_t>(message_.size());
  if (::send(socket.get(), message_.data(), message_.size(), 0) < 0) return errno;
  alignas(nlmsghdr) std::array<std::uint8_t, 64UL * 1024> answer;
  while (true) {
    auto left = recv(socket.get(), answer.data(), answer.size(), 0);
    if (left < 0) return errno;
    for (auto* message = reinterpret_cast<const nlmsghdr*>(answer.data()); NLMSG_OK(message, left);
         message = NLMSG_NEXT(message, left)) {
      if (message->nlmsg_type == NLMSG_DONE) return 0;
      if (message->nlmsg_type == NLMSG_ERROR)
        return -static_cast<const nlmsgerr*>(NLMSG_DATA(message))->error;
      each(*message);
    }
  }
}

}  // namespace drover
