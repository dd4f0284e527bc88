// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/sync_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "lib/health/socket_address.h"

namespace drover::control {
namespace {

using health::SocketAddress;

constexpr int receive_buffer = 8 << 20;  // a table's datagrams while workers are busy
// Datagrams that are read before others on the loop have their turn.
constexpr int datagrams_a_turn = 64;
constexpr std::size_t longest_payload = 65'535;

template <class Value>
bool set(int socket, int level, int option, const Value& value) {
  return setsockopt(socket, level, option, &value, sizeof value) == 0;
}

IpAddress address_of(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET)
    return Ipv4Address(ntohl(reinterpret_cast<const sockaddr_in&>(from).sin_addr.s_addr));
  Ipv6Address::Bytes bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(from).sin6_addr, bytes.size());
  return Ipv6Address(bytes);
}

// A message to the group goes no further than the network, and does not come back here.
bool join(int socket, const IpAddress& group, unsigned interface) {
  if (group.is_v4()) {
    ip_mreqn wanted{};
    wanted.imr_multiaddr.s_addr = htonl(group.v4().value());
    wanted.imr_ifindex = static_cast<int>(interface);
    return set(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, wanted) &&
           set(socket, IPPROTO_IP, IP_MULTICAST_IF, wanted) &&
           set(socket, IPPROTO_IP, IP_MULTICAST_LOOP, 0) &&
           set(socket, IPPROTO_IP, IP_MULTICAST_TTL, 1);
  }
  ipv6_mreq wanted{};
  std::memcpy(&wanted.ipv6mr_multiaddr, group.v6().bytes().data(), sizeof wanted.ipv6mr_multiaddr);
  wanted.ipv6mr_interface = interface;
  return set(socket, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, wanted) &&
         set(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF, interface) &&
         set(socket, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) &&
         set(socket, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
}

Error trouble(const SyncSocketSettings& settings) {
  const int error = errno;
  return {fmt::format("failover.sync: UDP {}", to_string(settings.local, settings.port)),
          errno_text(error),
          error == EADDRINUSE ? "another process has it: choose another port" : ""};
}

}  // namespace

Result<std::unique_ptr<SyncSocket>> SyncSocket::open(boost::asio::io_context& loop,
                                                     const SyncSocketSettings& settings,
                                                     Heard heard) {
  const bool is_v6 = settings.local.is_v6();
  const SocketAddress local(settings.local, settings.port);
  FileDescriptor socket(
      ::socket(is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket.is_open() || (is_v6 && !set(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, 1)) ||
      bind(socket.get(), local.get(), local.length) != 0)
    return tl::unexpected(trouble(settings));
  if (!set(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, receive_buffer))
    set(socket.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer);
  set(socket.get(), SOL_SOCKET, SO_SNDBUF, receive_buffer);
  if (settings.group) {
    const unsigned interface = if_nametoindex(settings.interface.c_str());
    if (interface == 0 || !join(socket.get(), *settings.group, interface))
      return tl::unexpected(trouble(settings));
  }
  std::unique_ptr<SyncSocket> opened(
      new SyncSocket(loop, std::move(socket), settings.port, std::move(heard)));
  opened->pause(false);
  return opened;
}

bool SyncSocket::send(const IpAddress& to, std::span<const std::uint8_t> datagram) {
  const SocketAddress address(to, port_);
  return sendto(socket_.get(), datagram.data(), datagram.size(), 0, address.get(),
                address.length) >= 0;
}

void SyncSocket::pause(bool paused) {
  if (paused)
    readable_.reset();
  else if (!readable_)
    readable_.emplace(loop_, FileDescriptor(dup(socket_.get())), [this] { read(); });
}

void SyncSocket::read() {
  static thread_local std::array<std::uint8_t, longest_payload> buffer;
  for (int i = 0; i < datagrams_a_turn && readable_; ++i) {
    sockaddr_storage from{};
    socklen_t from_length = sizeof from;
    const auto length = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &from_length);
    if (length < 0) return;
    heard_(address_of(from), std::span(buffer).first(static_cast<std::size_t>(length)));
  }
}

}  // namespace drover::control
