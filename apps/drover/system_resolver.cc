// SPDX-License-Identifier: BSD-3-Clause
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>

#include "apps/drover/host_names.h"

namespace drover::client {
namespace {

template <class SocketAddress>
std::optional<std::string> name_at(const SocketAddress& address) {
  char name[NI_MAXHOST] = {};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&address), sizeof address, name, sizeof name,
                    nullptr, 0, NI_NAMEREQD) != 0)
    return std::nullopt;
  return name;
}

std::optional<std::string> host_name(const IpAddress& address) {
  if (address.is_v6()) {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    std::ranges::copy(address.v6().bytes(), v6.sin6_addr.s6_addr);
    return name_at(v6);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(address.v4().value());
  return name_at(v4);
}

const char* name_of(const std::string& protocol) {
  return protocol == "TCP" ? "tcp" : "udp";
}

std::optional<std::string> port_name(std::uint16_t port, const std::string& protocol) {
  const servent* service = ::getservbyport(htons(port), name_of(protocol));
  if (service == nullptr) return std::nullopt;
  return service->s_name;
}

std::optional<Ipv4Address> address(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) return std::nullopt;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  return Ipv4Address(ntohl(reinterpret_cast<const sockaddr_in*>(found->ai_addr)->sin_addr.s_addr));
}

std::optional<std::uint16_t> port(const std::string& name, const std::string& protocol) {
  const servent* service = ::getservbyname(name.c_str(), name_of(protocol));
  if (service == nullptr) return std::nullopt;
  return ntohs(static_cast<std::uint16_t>(service->s_port));
}

}  // namespace

Resolver system_resolver() {
  return {.host_name = host_name, .port_name = port_name, .address = address, .port = port};
}

}  // namespace drover::client
