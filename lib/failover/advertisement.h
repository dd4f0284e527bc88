// SPDX-License-Identifier: BSD-3-Clause
// VRRP advertisements, from the byte behind the IP header on: version 3 for both families
// (RFC 9568, 5.2) and version 2 for IPv4 (RFC 3768, 5.3). Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "lib/net/address.h"

namespace drover::failover {

enum class VrrpVersion : std::uint8_t { v2 = 2, v3 = 3 };

// What version 3's checksum covers over IPv4: with RFC 5798 a pseudo header too, as keepalived has
// it unless told otherwise; with RFC 9568 the message alone. IPv6 always has the pseudo header.
enum class ChecksumRule : std::uint8_t { rfc5798, rfc9568 };

// A priority of 0 says that the sender stops being master; 255 belongs to the addresses' owner.
inline constexpr std::uint8_t priority_of_leaving = 0;
inline constexpr std::uint8_t priority_of_owner = 255;

struct Advertisement {
  VrrpVersion version = VrrpVersion::v3;
  std::uint8_t router = 1;  // virtual router id, 1 to 255
  std::uint8_t priority = 100;
  std::chrono::microseconds interval{1'000'000};
  std::vector<IpAddress> addresses;  // all of the family that it travels over
  friend bool operator==(const Advertisement&, const Advertisement&) = default;
};

// The IP header's addresses, for the pseudo header. Both of one family.
struct VrrpEndpoints {
  IpAddress source;
  IpAddress destination;
};

// The interval is rounded to what the version can say: hundredths of a second up to 40.95 s, or
// whole seconds up to 255. At most 255 addresses. `rule` concerns version 3 over IPv4 only.
std::vector<std::uint8_t> encode(const Advertisement& advertisement, const VrrpEndpoints& endpoints,
                                 ChecksumRule rule);

enum class AdvertisementFault : std::uint8_t {
  truncated,
  bad_version,    // neither 2 nor 3, or 2 over IPv6
  bad_type,       // not an advertisement
  bad_checksum,   // by either rule
  authenticated,  // version 2 with an authentication of RFC 2338, which RFC 3768 removed
  bad_router,     // id 0
  no_addresses,
  zero_interval,
};

// "bad_checksum".
std::string_view name(AdvertisementFault fault);

struct ParsedAdvertisement {
  Advertisement advertisement;
  std::optional<ChecksumRule> rule;  // which one held; none where there is no choice
};

// Bytes behind the message are padding.
tl::expected<ParsedAdvertisement, AdvertisementFault> parse_advertisement(
    std::span<const std::uint8_t> message, const VrrpEndpoints& endpoints);

}  // namespace drover::failover
