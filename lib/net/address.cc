// SPDX-License-Identifier: BSD-3-Clause
#include "lib/net/address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <string>

namespace drover {
namespace {

bool same_prefix(const std::uint8_t* a, const std::uint8_t* b, unsigned bits) {
  const unsigned whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) return false;
  const unsigned rest = bits % 8;
  if (rest == 0) return true;
  const auto mask = static_cast<std::uint8_t>(0xff << (8 - rest));
  return ((a[whole] ^ b[whole]) & mask) == 0;
}

}  // namespace

std::optional<Ipv4Address> Ipv4Address::parse(std::string_view text) {
  in_addr raw{};
  if (inet_pton(AF_INET, std::string(text).c_str(), &raw) != 1) return std::nullopt;
  return Ipv4Address(ntohl(raw.s_addr));
}

std::optional<Ipv6Address> Ipv6Address::parse(std::string_view text) {
  Bytes bytes{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return Ipv6Address(bytes);
}

IpAddress IpAddress::unmapped(const Ipv6Address& address) {
  const Ipv6Address::Bytes& bytes = address.bytes();
  std::uint32_t last = 0;
  for (std::size_t i = 12; i < bytes.size(); ++i) last = last << 8U | bytes[i];
  const Ipv4Address v4(last);
  return drover::mapped(v4) == address ? IpAddress(v4) : IpAddress(address);
}

Ipv6Address Ipv6Address::solicited_node() const {
  return Ipv6Address(
      {0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, bytes_[13], bytes_[14], bytes_[15]});
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (const auto v4 = Ipv4Address::parse(text)) return IpAddress(*v4);
  if (const auto v6 = Ipv6Address::parse(text)) return IpAddress(*v6);
  return std::nullopt;
}

std::optional<IpInterface> IpInterface::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const std::uint8_t longest = address->is_v4() ? 32 : 128;
  if (slash == std::string_view::npos) return IpInterface{*address, longest};
  const auto digits = text.substr(slash + 1);
  std::uint8_t length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc{} || end != digits.data() + digits.size() || length > longest)
    return std::nullopt;
  return IpInterface{*address, length};
}

bool IpInterface::contains(const IpAddress& other) const {
  if (address.is_v4() != other.is_v4()) return false;
  if (address.is_v6())
    return same_prefix(address.v6().bytes().data(), other.v6().bytes().data(), prefix_length);
  const auto mine = std::bit_cast<std::array<std::uint8_t, 4>>(address.v4().wire());
  const auto theirs = std::bit_cast<std::array<std::uint8_t, 4>>(other.v4().wire());
  return same_prefix(mine.data(), theirs.data(), prefix_length);
}

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  Bytes bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char* begin = text.data() + 3 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, bytes[i], 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
    if (i + 1 < bytes.size() && *end != ':' && *end != '-') return std::nullopt;
  }
  return MacAddress(bytes);
}

std::string to_string(Ipv4Address address) {
  const std::uint32_t value = address.value();
  return fmt::format("{}.{}.{}.{}", value >> 24, value >> 16 & 0xff, value >> 8 & 0xff,
                     value & 0xff);
}

std::string to_string(const Ipv6Address& address) {
  char text[INET6_ADDRSTRLEN];
  return inet_ntop(AF_INET6, address.bytes().data(), text, sizeof text);
}

std::string to_string(const IpAddress& address) {
  return address.is_v4() ? to_string(address.v4()) : to_string(address.v6());
}

std::string to_string(const IpInterface& interface) {
  return fmt::format("{}/{}", to_string(interface.address), interface.prefix_length);
}

std::string to_string(const MacAddress& address) {
  return fmt::format("{:02x}", fmt::join(address.bytes(), ":"));
}

std::string to_string(const IpAddress& address, std::uint16_t port) {
  if (address.is_v4()) return fmt::format("{}:{}", to_string(address), port);
  return fmt::format("[{}]:{}", to_string(address), port);
}

}  // namespace drover

std::size_t std::hash<drover::IpAddress>::operator()(
    const drover::IpAddress& address) const noexcept {
  if (address.is_v4()) return std::hash<std::uint32_t>{}(address.v4().value());
  const auto& bytes = address.v6().bytes();
  return std::hash<std::string_view>{}(
      std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}
