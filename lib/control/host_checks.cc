// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/host_checks.h"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "lib/config/networks.h"

namespace drover::control {
namespace {

struct LocalAddress {
  std::string interface;
  IpInterface address;
};

std::uint8_t prefix_length(const std::uint8_t* mask, std::size_t size) {
  unsigned bits = 0;
  for (std::size_t i = 0; i < size; ++i) bits += static_cast<unsigned>(__builtin_popcount(mask[i]));
  return static_cast<std::uint8_t>(bits);
}

std::vector<LocalAddress> local_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, decltype(&freeifaddrs)> owned(list, &freeifaddrs);
  std::vector<LocalAddress> addresses;
  for (const ifaddrs* each = list; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr || each->ifa_netmask == nullptr) continue;
    if (each->ifa_addr->sa_family == AF_INET) {
      sockaddr_in address{};
      sockaddr_in mask{};
      std::memcpy(&address, each->ifa_addr, sizeof address);
      std::memcpy(&mask, each->ifa_netmask, sizeof mask);
      const auto* bits = reinterpret_cast<const std::uint8_t*>(&mask.sin_addr);
      addresses.push_back(
          {each->ifa_name, {Ipv4Address(ntohl(address.sin_addr.s_addr)), prefix_length(bits, 4)}});
    } else if (each->ifa_addr->sa_family == AF_INET6) {
      sockaddr_in6 address{};
      sockaddr_in6 mask{};
      std::memcpy(&address, each->ifa_addr, sizeof address);
      std::memcpy(&mask, each->ifa_netmask, sizeof mask);
      Ipv6Address::Bytes bytes{};
      std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
      const auto* bits = reinterpret_cast<const std::uint8_t*>(&mask.sin6_addr);
      addresses.push_back({each->ifa_name, {Ipv6Address(bytes), prefix_length(bits, 16)}});
    }
  }
  return addresses;
}

}  // namespace

Result<void> check_privileges() {
  if (geteuid() == 0) return {};
  return failure("droverd", "needs root: it opens network ports and pins memory",
                 "start it with sudo");
}

Result<void> check_vips_are_not_local(const config::Config& config) {
  const auto locals = local_addresses();
  for (const config::Service& service : config.services)
    for (const LocalAddress& local : locals)
      if (local.address.address == service.address)
        return failure(
            fmt::format("services.{}", service.name),
            fmt::format("the VIP {} is an address of this host's {}, so its kernel answers for it",
                        to_string(service.address), local.interface),
            fmt::format("ip address del {} dev {}", to_string(local.address), local.interface));
  return {};
}

Result<void> check_own_addresses(const config::Config& config) {
  const auto locals = local_addresses();
  for (std::size_t i = 0; i < config.ports.size(); ++i) {
    const config::Port& port = config.ports[i];
    if (port.driver != config::PortDriver::af_xdp) continue;
    for (const IpInterface& own : config::addresses_of_port(config, i))
      if (std::ranges::none_of(locals, [&](const LocalAddress& local) {
            return local.address.address == own.address;
          }))
        return failure(port.addresses.empty()
                           ? fmt::format("nodes.{}.address", config.nodes[*config.node].name)
                           : fmt::format("ports.{}.address", port.name),
                       fmt::format("{} is no address of this host", to_string(own)),
                       fmt::format("ip address add {} dev {}", to_string(own), port.device));
  }
  return {};
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace drover::control
