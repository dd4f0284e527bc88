// SPDX-License-Identifier: BSD-3-Clause
// Names for addresses and ports as ipvsadm writes and reads them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "lib/control/api_model.h"
#include "lib/net/address.h"

namespace drover::client {

// Who knows names; each may block. `protocol` is "TCP" or "UDP".
struct Resolver {
  std::function<std::optional<std::string>(const IpAddress& address)> host_name;
  std::function<std::optional<std::string>(std::uint16_t port, const std::string& protocol)>
      port_name;
  std::function<std::optional<Ipv4Address>(const std::string& host)> address;
  std::function<std::optional<std::uint16_t>(const std::string& name, const std::string& protocol)>
      port;
};

// As the host has them: /etc/hosts, DNS, /etc/services.
Resolver system_resolver();

// Asks for each address once.
class HostNames {
 public:
  explicit HostNames(Resolver resolver = system_resolver()) : resolver_(std::move(resolver)) {}

  // "www.example.net:http", "[www6.example.net]:http"; what has no name stays a number. Cut to 59
  // characters, the room that ipvsadm has for it.
  std::string operator()(const IpAddress& address, std::uint16_t port, const std::string& protocol);

 private:
  const std::string& host(const IpAddress& address);

  Resolver resolver_;
  std::map<IpAddress, std::string> hosts_;
};

// "www.example.net:http", "192.0.2.10:80", "[2001:db8::10]:80", or an address alone, with port 0.
std::optional<api::Endpoint> read_endpoint(const std::string& text, const std::string& protocol,
                                           const Resolver& resolver);

}  // namespace drover::client
