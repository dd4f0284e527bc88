// SPDX-License-Identifier: BSD-3-Clause
// What of the data path differs between the two families of addresses.
#pragma once

#include "lib/flow/connection_table.h"
#include "lib/net/wire.h"

namespace drover::datapath {

struct V4 {
  using Address = Ipv4Address;
  using Header = Ipv4Header;
  using Key = flow::ConnectionKeyV4;
  using Table = flow::ConnectionTableV4;
  static constexpr std::uint8_t icmp = ip_protocol::icmp;
  static constexpr std::uint8_t echo_request = IcmpHeader::echo_request;
};

struct V6 {
  using Address = Ipv6Address;
  using Header = Ipv6Header;
  using Key = flow::ConnectionKeyV6;
  using Table = flow::ConnectionTableV6;
  static constexpr std::uint8_t icmp = ip_protocol::icmpv6;
  static constexpr std::uint8_t echo_request = IcmpHeader::v6_echo_request;
};

}  // namespace drover::datapath
