// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/values.h"

#include <sys/un.h>

#include <algorithm>

namespace drover::config {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_unicast(Ipv4Address address) {
  const std::uint32_t first = address.value() >> 24;
  return first != 0 && first != 127 && first < 224;
}

bool is_unicast(const Ipv6Address& address) {
  const auto& bytes = address.bytes();
  const bool only_last = std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return b == 0; });
  const bool unspecified_or_loopback = only_last && bytes[15] <= 1;
  return bytes[0] != 0xff && !unspecified_or_loopback;
}

bool is_unicast(const IpAddress& address) {
  return address.is_v4() ? is_unicast(address.v4()) : is_unicast(address.v6());
}

// The network's own address and its broadcast address, which no host can have.
bool is_host_of(const IpInterface& interface) {
  if (interface.address.is_v6() || interface.prefix_length > 30) return true;
  const std::uint32_t host_bits = 0xffffffffU >> interface.prefix_length;
  const std::uint32_t host = interface.address.v4().value() & host_bits;
  return host != 0 && host != host_bits;
}

IpAddress first_of(const IpInterface& network) {
  if (network.address.is_v4()) {
    const std::uint64_t mask = ~std::uint64_t{0} << (32U - network.prefix_length);
    return Ipv4Address(network.address.v4().value() & static_cast<std::uint32_t>(mask));
  }
  Ipv6Address::Bytes bytes = network.address.v6().bytes();
  for (std::size_t bit = network.prefix_length; bit < 8 * bytes.size(); ++bit)
    bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> bit % 8));
  return Ipv6Address(bytes);
}

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
  });
}

const std::string* text_of(const YamlNode& node) {
  return node.content->kind == Kind::scalar ? &node.content->text : nullptr;
}

const std::string* plain_text_of(const YamlNode& node) {
  return node.content->quoted ? nullptr : text_of(node);
}

std::optional<std::string> name(Context& context, const YamlNode& node) {
  if (const std::string* text = text_of(node); text != nullptr && is_name(*text)) return *text;
  context.expected(node, fmt::format("a name: {}", name_rule));
  return std::nullopt;
}

// The tap of a port is called drover-NAME, and an interface's name has at most 15 characters.
std::optional<std::string> port_name(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  if (text != nullptr && !text->empty() && text->size() <= 8 &&
      std::all_of(text->begin(), text->end(), fits))
    return *text;
  context.expected(node, "a port's name: 1 to 8 characters a-z, 0-9 and -");
  return std::nullopt;
}

std::optional<std::string> absolute_path(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  if (text != nullptr && text->starts_with('/') && !text->ends_with('/')) return *text;
  context.expected(node, "the whole path of a file, from / on");
  return std::nullopt;
}

std::optional<std::string> socket_path(Context& context, const YamlNode& node) {
  auto path = absolute_path(context, node);
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  if (path && path->size() > longest) {
    context.error(node.position, fmt::format("{} has {} characters, a socket's path at most {}",
                                             context.label(), path->size(), longest));
    return std::nullopt;
  }
  return path;
}

std::optional<bool> boolean(Context& context, const YamlNode& node) {
  const std::string* text = plain_text_of(node);
  if (text != nullptr && *text == "true") return true;
  if (text != nullptr && *text == "false") return false;
  context.expected(node, "true or false");
  return std::nullopt;
}

std::optional<IpAddress> unicast_address(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto address = text != nullptr ? IpAddress::parse(*text) : std::nullopt;
  if (!address) {
    const bool has_prefix = text != nullptr && IpInterface::parse(*text).has_value();
    context.expected(node, "an IPv4 or IPv6 address",
                     has_prefix ? "leave the prefix length out" : "");
    return std::nullopt;
  }
  if (!is_unicast(*address)) {
    context.expected(node, "an address that one host can have");
    return std::nullopt;
  }
  return address;
}

std::optional<IpInterface> interface_address(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto interface = text != nullptr ? IpInterface::parse(*text) : std::nullopt;
  if (!interface || text->find('/') == std::string::npos) {
    context.expected(node, "an address and its network's prefix length, such as 192.0.2.11/24");
    return std::nullopt;
  }
  if (!is_unicast(interface->address) || !is_host_of(*interface)) {
    context.expected(node, "an address that one host can have");
    return std::nullopt;
  }
  return interface;
}

std::optional<IpInterface> network(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto given = text != nullptr ? IpInterface::parse(*text) : std::nullopt;
  if (!given) {
    context.expected(node, "a network, such as 198.51.100.0/24, or an address");
    return std::nullopt;
  }
  const IpInterface whole{first_of(*given), given->prefix_length};
  if (whole != *given) {
    context.expected(node, "a network without bits behind its prefix",
                     fmt::format("write {}", to_string(whole)));
    return std::nullopt;
  }
  return given;
}

std::optional<MacAddress> station_mac(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto mac = text != nullptr ? MacAddress::parse(*text) : std::nullopt;
  if (!mac) {
    context.expected(node, "a MAC address, such as \"02:00:00:00:00:16\"");
    return std::nullopt;
  }
  if (mac->is_multicast() || mac->is_zero()) {
    context.expected(node, "the MAC address of one station, neither multicast nor zero");
    return std::nullopt;
  }
  return mac;
}

}  // namespace drover::config
