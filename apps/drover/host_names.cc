// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/host_names.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace drover::client {
namespace {

std::string look_up(const IpAddress& address) {
  if (address.is_v6()) return fmt::format("[{}]", to_string(address));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_addr.s_addr = htonl(address.v4().value());
  char name[NI_MAXHOST] = {};
  if (::getnameinfo(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, name, sizeof name, nullptr,
                    0, NI_NAMEREQD) != 0)
    return to_string(address);
  return name;
}

std::string service_of(std::uint16_t port, const std::string& protocol) {
  const servent* service = ::getservbyport(htons(port), protocol == "TCP" ? "tcp" : "udp");
  return service == nullptr ? std::to_string(port) : service->s_name;
}

}  // namespace

const std::string& HostNames::host(const IpAddress& address) {
  const auto known = hosts_.find(address);
  return known != hosts_.end() ? known->second
                               : hosts_.emplace(address, look_up(address)).first->second;
}

std::string HostNames::operator()(const IpAddress& address, std::uint16_t port,
                                  const std::string& protocol) {
  return host(address) + ":" + service_of(port, protocol);
}

}  // namespace drover::client
