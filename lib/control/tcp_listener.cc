// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/tcp_listener.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace drover::control {
namespace {

constexpr int backlog = 64;

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

SocketAddress socket_address(const IpAddress& address, std::uint16_t port) {
  SocketAddress result;
  if (address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.v6().bytes().data(), sizeof v6.sin6_addr);
    result.length = sizeof v6;
    std::memcpy(&result.storage, &v6, sizeof v6);
  } else {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    v4.sin_addr.s_addr = htonl(address.v4().value());
    result.length = sizeof v4;
    std::memcpy(&result.storage, &v4, sizeof v4);
  }
  return result;
}

std::string text_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &storage, sizeof v6);
    Ipv6Address::Bytes bytes{};
    std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
    return to_string(Ipv6Address(bytes), ntohs(v6.sin6_port));
  }
  sockaddr_in v4{};
  std::memcpy(&v4, &storage, sizeof v4);
  return to_string(Ipv4Address(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port));
}

const char* remedy_for(int error) {
  if (error == EADDRINUSE) return "another process listens there: stop it or choose another port";
  if (error == EADDRNOTAVAIL) return "choose an address of this host";
  if (error == EACCES) return "choose a port from 1024 on, or give droverd CAP_NET_BIND_SERVICE";
  return "";
}

}  // namespace

std::string tcp_peer(int socket) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  if (::getpeername(socket, reinterpret_cast<sockaddr*>(&storage), &length) != 0) return "unknown";
  return text_of(storage);
}

Result<FileDescriptor> listen_on_tcp(const IpAddress& address, std::uint16_t port) {
  const SocketAddress wanted = socket_address(address, port);
  FileDescriptor socket(::socket(address.is_v6() ? AF_INET6 : AF_INET,
                                 SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  // A restart must not wait for the last connections' TIME_WAIT.
  const bool listens = socket.is_open() &&
                       ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
                       (address.is_v4() || ::setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY,
                                                        &on, sizeof on) == 0) &&
                       ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&wanted.storage),
                              wanted.length) == 0 &&
                       ::listen(socket.get(), backlog) == 0;
  if (!listens) return failure(to_string(address, port), errno_text(errno), remedy_for(errno));
  return socket;
}

}  // namespace drover::control
