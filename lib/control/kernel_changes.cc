// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/kernel_changes.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "drivers/check_path/mark_route.h"

namespace drover::control {
namespace {

constexpr std::chrono::milliseconds pause{200};
constexpr int datagrams_a_turn = 64;

Result<FileDescriptor> open_socket() {
  FileDescriptor socket(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  if (!socket.is_open() ||
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&self), sizeof self) != 0)
    return failure("netlink socket", errno_text(errno));
  for (const int group : {RTNLGRP_LINK, RTNLGRP_TC, RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
                          RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE})
    setsockopt(socket.get(), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof group);
  return socket;
}

bool is_of_our_table(const nlmsghdr& message) {
  return message.nlmsg_len >= NLMSG_LENGTH(sizeof(rtmsg)) &&
         static_cast<const rtmsg*>(NLMSG_DATA(&message))->rtm_table == check_table;
}

bool concerns(const nlmsghdr& message) {
  switch (message.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELRULE:
    case RTM_DELQDISC:
    case RTM_DELTFILTER:
      return true;
    case RTM_DELROUTE:
      return is_of_our_table(message);
    default:
      return false;
  }
}

}  // namespace

struct KernelChanges::State {
  State(boost::asio::io_context& loop, FileDescriptor descriptor, std::function<void()> changed)
      : alarm(loop,
              [this, changed = std::move(changed)] {
                is_set = false;
                changed();
              }),
        socket(loop, std::move(descriptor), [this] { receive(); }) {}

  void receive() {
    alignas(nlmsghdr) std::array<std::uint8_t, 32UL * 1024> buffer;
    for (int i = 0; i < datagrams_a_turn; ++i) {
      const auto length = recv(socket.get(), buffer.data(), buffer.size(), 0);
      if (length < 0 && errno != ENOBUFS) return;
      if (length < 0 || concerns_us(std::span(buffer).first(static_cast<std::size_t>(length))))
        call_soon();
    }
  }

  void call_soon() {
    if (std::exchange(is_set, true)) return;
    alarm.set(std::chrono::steady_clock::now() + pause);
  }

  Alarm alarm;
  bool is_set = false;
  Readable socket;
};

bool KernelChanges::concerns_us(std::span<const std::uint8_t> datagram) {
  while (datagram.size() >= sizeof(nlmsghdr)) {
    const auto* message = reinterpret_cast<const nlmsghdr*>(datagram.data());
    if (message->nlmsg_len < sizeof(nlmsghdr) || message->nlmsg_len > datagram.size()) return false;
    if (concerns(*message)) return true;
    datagram = datagram.subspan(
        std::min(static_cast<std::size_t>(NLMSG_ALIGN(message->nlmsg_len)), datagram.size()));
  }
  return false;
}

KernelChanges::KernelChanges(boost::asio::io_context& loop, FileDescriptor socket,
                             std::function<void()> changed)
    : state_(std::make_shared<State>(loop, std::move(socket), std::move(changed))) {}

Result<KernelChanges> KernelChanges::open(boost::asio::io_context& loop,
                                          std::function<void()> changed) {
  auto socket = open_socket();
  if (!socket) return tl::unexpected(socket.error());
  return KernelChanges(loop, std::move(*socket), std::move(changed));
}

}  // namespace drover::control
