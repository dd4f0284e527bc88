// SPDX-License-Identifier: BSD-3-Clause
#include "lib/failover/advertisement.h"

#include <algorithm>
#include <cstring>

#include "lib/base/byte_order.h"
#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"

namespace drover::failover {
namespace {

using std::chrono::microseconds;

constexpr std::uint8_t type_advertisement = 1;
constexpr microseconds centisecond{10'000};
constexpr std::uint16_t most_centiseconds = 0xfff;  // 12 bits
constexpr microseconds second{1'000'000};
constexpr std::size_t v2_authentication_length = 8;

struct VrrpHeader {
  std::uint8_t version_and_type;
  std::uint8_t router;
  std::uint8_t priority;
  std::uint8_t count;
  // Version 3: 4 bits reserved and 12 bits of centiseconds. Version 2: authentication type,
  // seconds.
  Be16 interval;
  Be16 checksum;
};
static_assert(sizeof(VrrpHeader) == 8);

std::size_t address_length(bool is_v4) {
  return is_v4 ? 4 : 16;
}

std::uint16_t encoded_interval(const Advertisement& advertisement) {
  const auto rounded = [&](microseconds unit, std::int64_t most) {
    const auto count = (advertisement.interval + unit / 2) / unit;
    return static_cast<std::uint16_t>(std::clamp<std::int64_t>(count, 1, most));
  };
  return advertisement.version == VrrpVersion::v3 ? rounded(centisecond, most_centiseconds)
                                                  : rounded(second, 255);
}

void append(std::vector<std::uint8_t>& message, const IpAddress& address) {
  if (address.is_v6()) {
    const auto& bytes = address.v6().bytes();
    message.insert(message.end(), bytes.begin(), bytes.end());
    return;
  }
  const Be32 wire = address.v4().wire();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(&wire);
  message.insert(message.end(), bytes, bytes + sizeof wire);
}

bool has_pseudo_header(VrrpVersion version, const VrrpEndpoints& endpoints, ChecksumRule rule) {
  return endpoints.source.is_v6() || (version == VrrpVersion::v3 && rule == ChecksumRule::rfc5798);
}

// 0 when the message holds a right checksum.
Be16 checksum(std::span<const std::uint8_t> message, VrrpVersion version,
              const VrrpEndpoints& endpoints, ChecksumRule rule) {
  ChecksumSum sum;
  if (has_pseudo_header(version, endpoints, rule)) {
    const auto length = static_cast<std::uint16_t>(message.size());
    if (endpoints.source.is_v6())
      sum.add_pseudo_header(endpoints.source.v6(), endpoints.destination.v6(), ip_protocol::vrrp,
                            length);
    else
      sum.add_pseudo_header(endpoints.source.v4().wire(), endpoints.destination.v4().wire(),
                            ip_protocol::vrrp, length);
  }
  sum.add(message);
  return sum.finish();
}

IpAddress address_at(std::span<const std::uint8_t> message, std::size_t offset, bool is_v4) {
  if (is_v4) return Ipv4Address(header_at<Be32>(message, offset));
  Ipv6Address::Bytes bytes;
  std::memcpy(bytes.data(), message.data() + offset, bytes.size());
  return Ipv6Address(bytes);
}

// Which rule the checksum follows, where there is a choice: version 3 over IPv4.
tl::expected<std::optional<ChecksumRule>, AdvertisementFault> judge_checksum(
    std::span<const std::uint8_t> message, VrrpVersion version, const VrrpEndpoints& endpoints) {
  const bool has_choice = version == VrrpVersion::v3 && endpoints.source.is_v4();
  if (checksum(message, version, endpoints, ChecksumRule::rfc5798) == Be16(0))
    return has_choice ? std::optional(ChecksumRule::rfc5798) : std::nullopt;
  if (has_choice && checksum(message, version, endpoints, ChecksumRule::rfc9568) == Be16(0))
    return ChecksumRule::rfc9568;
  return tl::unexpected(AdvertisementFault::bad_checksum);
}

std::optional<AdvertisementFault> judge_fields(const VrrpHeader& header, VrrpVersion version) {
  if (version == VrrpVersion::v2 && header.interval.value() >> 8U != 0)
    return AdvertisementFault::authenticated;
  if (header.router == 0) return AdvertisementFault::bad_router;
  if (header.count == 0) return AdvertisementFault::no_addresses;
  if ((header.interval.value() & most_centiseconds) == 0) return AdvertisementFault::zero_interval;
  return std::nullopt;
}

microseconds decoded_interval(const VrrpHeader& header, VrrpVersion version) {
  const std::uint16_t field = header.interval.value();
  return version == VrrpVersion::v3 ? (field & most_centiseconds) * centisecond
                                    : (field & 0xffU) * second;
}

}  // namespace

std::vector<std::uint8_t> encode(const Advertisement& advertisement, const VrrpEndpoints& endpoints,
                                 ChecksumRule rule) {
  const std::size_t count = std::min<std::size_t>(advertisement.addresses.size(), 255);
  std::vector<std::uint8_t> message(sizeof(VrrpHeader));
  for (std::size_t i = 0; i < count; ++i) append(message, advertisement.addresses[i]);
  if (advertisement.version == VrrpVersion::v2)
    message.resize(message.size() + v2_authentication_length);

  auto& header = header_at<VrrpHeader>(std::span(message), 0);
  const auto version = static_cast<unsigned>(advertisement.version);
  header = {.version_and_type = static_cast<std::uint8_t>(version << 4U | type_advertisement),
            .router = advertisement.router,
            .priority = advertisement.priority,
            .count = static_cast<std::uint8_t>(count),
            .interval = Be16(encoded_interval(advertisement)),
            .checksum = Be16(0)};
  header.checksum = checksum(message, advertisement.version, endpoints, rule);
  return message;
}

tl::expected<ParsedAdvertisement, AdvertisementFault> parse_advertisement(
    std::span<const std::uint8_t> message, const VrrpEndpoints& endpoints) {
  using Fault = AdvertisementFault;
  if (message.size() < sizeof(VrrpHeader)) return tl::unexpected(Fault::truncated);
  const auto& header = header_at<VrrpHeader>(message, 0);
  const bool is_v4 = endpoints.source.is_v4();
  const unsigned number = header.version_and_type >> 4U;
  if (number != 3 && (number != 2 || !is_v4)) return tl::unexpected(Fault::bad_version);
  const auto version = static_cast<VrrpVersion>(number);
  if ((header.version_and_type & 0xfU) != type_advertisement)
    return tl::unexpected(Fault::bad_type);

  std::size_t length = sizeof(VrrpHeader) + header.count * address_length(is_v4);
  if (version == VrrpVersion::v2) length += v2_authentication_length;
  if (message.size() < length) return tl::unexpected(Fault::truncated);
  message = message.first(length);

  const auto rule = judge_checksum(message, version, endpoints);
  if (!rule) return tl::unexpected(rule.error());
  if (const auto fault = judge_fields(header, version)) return tl::unexpected(*fault);

  ParsedAdvertisement parsed{.advertisement = {.version = version,
                                               .router = header.router,
                                               .priority = header.priority,
                                               .interval = decoded_interval(header, version),
                                               .addresses = {}},
                             .rule = *rule};
  for (std::size_t i = 0; i < header.count; ++i)
    parsed.advertisement.addresses.push_back(
        address_at(message, sizeof(VrrpHeader) + i * address_length(is_v4), is_v4));
  return parsed;
}

std::string_view name(AdvertisementFault fault) {
  switch (fault) {
    case AdvertisementFault::truncated:
      return "truncated";
    case AdvertisementFault::bad_version:
      return "bad_version";
    case AdvertisementFault::bad_type:
      return "bad_type";
    case AdvertisementFault::bad_checksum:
      return "bad_checksum";
    case AdvertisementFault::authenticated:
      return "authenticated";
    case AdvertisementFault::bad_router:
      return "bad_router";
    case AdvertisementFault::no_addresses:
      return "no_addresses";
    case AdvertisementFault::zero_interval:
      break;
  }
  return "zero_interval";
}

}  // namespace drover::failover
