// SPDX-License-Identifier: BSD-3-Clause
// IP addresses, prefixes and MAC addresses as values.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "lib/base/byte_order.h"

namespace drover {

class Ipv4Address {
 public:
  constexpr Ipv4Address() = default;
  constexpr explicit Ipv4Address(std::uint32_t host_order) : value_(host_order) {}
  constexpr explicit Ipv4Address(Be32 wire) : value_(wire.value()) {}
  // Dotted quad as inet_pton(3) takes it.
  static std::optional<Ipv4Address> parse(std::string_view text);

  constexpr std::uint32_t value() const { return value_; }  // host order
  constexpr Be32 wire() const { return Be32(value_); }
  friend constexpr auto operator<=>(Ipv4Address, Ipv4Address) = default;

 private:
  std::uint32_t value_ = 0;
};

class Ipv6Address {
 public:
  using Bytes = std::array<std::uint8_t, 16>;
  constexpr Ipv6Address() = default;
  constexpr explicit Ipv6Address(const Bytes& wire) : bytes_(wire) {}
  static std::optional<Ipv6Address> parse(std::string_view text);

  constexpr const Bytes& bytes() const { return bytes_; }
  constexpr bool is_unspecified() const { return bytes_ == Bytes{}; }
  constexpr bool is_multicast() const { return bytes_[0] == 0xff; }
  // ff02::1:ffXX:XXXX (RFC 4291, 2.7.1).
  Ipv6Address solicited_node() const;
  friend constexpr auto operator<=>(const Ipv6Address&, const Ipv6Address&) = default;
  friend constexpr Ipv6Address operator&(const Ipv6Address& address, const Ipv6Address& mask) {
    Bytes bytes = address.bytes_;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] &= mask.bytes_[i];
    return Ipv6Address(bytes);
  }

 private:
  Bytes bytes_{};
};

// For FlatIndexOf.
constexpr std::uint64_t spread_bits(const Ipv6Address& address) {
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(address.bytes());
  return ((halves[0] * 0x9e3779b97f4a7c15U ^ halves[1]) * 0x8ebc6af09c88c6e3U) >> 32U;
}

// An IPv4 address in the place of an IPv6 one: ::ffff:192.0.2.10 (RFC 4291, 2.5.5.2).
constexpr Ipv6Address mapped(Ipv4Address address) {
  Ipv6Address::Bytes bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  for (std::size_t i = 0; i < 4; ++i)
    bytes[12 + i] = static_cast<std::uint8_t>(address.value() >> (24 - 8 * i));
  return Ipv6Address(bytes);
}

// Either family.
class IpAddress {
 public:
  IpAddress() = default;
  IpAddress(Ipv4Address address) : value_(address) {}  // NOLINT(google-explicit-constructor)
  IpAddress(Ipv6Address address) : value_(address) {}  // NOLINT(google-explicit-constructor)
  static std::optional<IpAddress> parse(std::string_view text);

  bool is_v4() const { return std::holds_alternative<Ipv4Address>(value_); }
  bool is_v6() const { return !is_v4(); }
  Ipv4Address v4() const { return std::get<Ipv4Address>(value_); }         // only when is_v4()
  const Ipv6Address& v6() const { return std::get<Ipv6Address>(value_); }  // only when is_v6()
  Ipv6Address mapped() const { return is_v4() ? drover::mapped(v4()) : v6(); }
  // What mapped() made of it.
  static IpAddress unmapped(const Ipv6Address& address);
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  std::variant<Ipv4Address, Ipv6Address> value_;
};

// An address with a prefix length, host bits kept ("192.0.2.11/24").
struct IpInterface {
  IpAddress address;
  std::uint8_t prefix_length = 32;

  static std::optional<IpInterface> parse(
      std::string_view text);                   // a bare address is a host prefix
  bool contains(const IpAddress& other) const;  // of the same family and network
  friend auto operator<=>(const IpInterface&, const IpInterface&) = default;
};

class MacAddress {
 public:
  using Bytes = std::array<std::uint8_t, 6>;
  constexpr MacAddress() = default;
  constexpr explicit MacAddress(const Bytes& wire) : bytes_(wire) {}
  static std::optional<MacAddress> parse(std::string_view text);  // "02:00:00:00:00:16"

  constexpr const Bytes& bytes() const { return bytes_; }
  constexpr bool is_multicast() const { return (bytes_[0] & 1) != 0; }  // broadcast included
  constexpr bool is_zero() const { return bytes_ == Bytes{}; }
  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;
  // For an array of six compilers call memcmp, which is too slow for several times a packet.
  friend constexpr bool operator==(const MacAddress& left, const MacAddress& right) {
    return left.head() == right.head() && left.tail() == right.tail();
  }

 private:
  using Head = std::array<std::uint8_t, 4>;
  using Tail = std::array<std::uint8_t, 2>;
  constexpr std::uint32_t head() const {
    return std::bit_cast<std::uint32_t>(Head{bytes_[0], bytes_[1], bytes_[2], bytes_[3]});
  }
  constexpr std::uint16_t tail() const {
    return std::bit_cast<std::uint16_t>(Tail{bytes_[4], bytes_[5]});
  }

  Bytes bytes_{};
};
static_assert(sizeof(MacAddress) == 6 && alignof(MacAddress) == 1);

// Where frames to an IPv6 multicast group go (RFC 2464, 7).
constexpr MacAddress multicast_mac(const Ipv6Address& group) {
  const Ipv6Address::Bytes& bytes = group.bytes();
  return MacAddress({0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]});
}

inline constexpr MacAddress broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

std::string to_string(Ipv4Address address);
std::string to_string(const Ipv6Address& address);
std::string to_string(const IpAddress& address);
std::string to_string(const IpInterface& address);
std::string to_string(const MacAddress& address);
// "192.0.2.10:80", "[2001:db8::1]:80".
std::string to_string(const IpAddress& address, std::uint16_t port);

}  // namespace drover

template <>
struct std::hash<drover::IpAddress> {
  std::size_t operator()(const drover::IpAddress& address) const noexcept;
};
