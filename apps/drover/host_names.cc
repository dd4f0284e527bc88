// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/host_names.h"

#include <charconv>
#include <string_view>

namespace drover::client {
namespace {

constexpr std::size_t ipvsadm_name_length = 59;

// Numbers, or the name of a port.
std::optional<std::uint16_t> read_port(const std::string& text, const std::string& protocol,
                                       const Resolver& resolver) {
  std::uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, port);
  if (error == std::errc{} && end == last) return port;
  return resolver.port(text, protocol);
}

std::optional<IpAddress> read_host(const std::string& text, const Resolver& resolver) {
  if (const auto address = IpAddress::parse(text)) return address;
  // A number alone is no host, though the system's resolver would take it for an address.
  if (text.empty() || text.find_first_not_of("0123456789") == std::string::npos)
    return std::nullopt;
  return resolver.address(text);
}

}  // namespace

const std::string& HostNames::host(const IpAddress& address) {
  const auto known = hosts_.find(address);
  if (known != hosts_.end()) return known->second;
  return hosts_.emplace(address, resolver_.host_name(address).value_or(to_string(address)))
      .first->second;
}

std::string HostNames::operator()(const IpAddress& address, std::uint16_t port,
                                  const std::string& protocol) {
  const std::string port_name = resolver_.port_name(port, protocol).value_or(std::to_string(port));
  std::string name =
      (address.is_v6() ? "[" + host(address) + "]" : host(address)) + ":" + port_name;
  if (name.size() > ipvsadm_name_length) name.resize(ipvsadm_name_length);
  return name;
}

std::optional<api::Endpoint> read_endpoint(const std::string& text, const std::string& protocol,
                                           const Resolver& resolver) {
  const bool in_brackets = text.starts_with('[');
  const auto host_end = in_brackets ? text.find("]:") : text.rfind(':');
  if (in_brackets && host_end == std::string::npos) return std::nullopt;
  // An IPv6 address without brackets has colons of its own, and no port.
  if (const auto bare = IpAddress::parse(text)) return api::Endpoint{*bare, 0};
  const auto address =
      read_host(text.substr(in_brackets ? 1 : 0, host_end - (in_brackets ? 1 : 0)), resolver);
  if (!address) return std::nullopt;
  if (host_end == std::string::npos) return api::Endpoint{*address, 0};
  const auto port = read_port(text.substr(host_end + (in_brackets ? 2 : 1)), protocol, resolver);
  if (!port) return std::nullopt;
  return api::Endpoint{*address, *port};
}

}  // namespace drover::client
