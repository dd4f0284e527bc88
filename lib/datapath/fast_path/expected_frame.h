// SPDX-License-Identifier: BSD-3-Clause
// What the last plain frames of a port were like in all that the frames of a port mostly have in
// common, so that four of the next can be held against it at once. A worker's own, for one
// snapshot.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "lib/datapath/fast_path/mac_word.h"
#include "lib/datapath/fast_path/vip_table.h"
#include "lib/flow/connection.h"
#include "lib/flow/connection_hash.h"
#include "lib/net/wire.h"

namespace drover::datapath {

class ExpectedFrame {
 public:
  enum class Kind : std::uint8_t {
    unknown,
    v4_alike,  // TCP for one VIP
    v4,
    v6_alike,  // TCP for one VIP
  };
  // What the VIP of frames that are alike makes of them.
  template <class Address>
  struct ExpectedVip {
    typename VipTable<Address>::Row row{};
    flow::KeySecrets secrets{{}, {}};  // of its TCP
    std::uint64_t steady = 0;          // part of a steady word
  };

  // Untagged, or in that VLAN if it is not 0.
  ExpectedFrame(const MacAddress& mac, std::uint16_t vlan) {
    const auto begin = [&](Head& head, const std::array<std::uint8_t, 4>& rest) {
      std::memcpy(head.bytes.data(), &mac, sizeof mac);
      std::memcpy(&head.bytes[2 * sizeof mac], rest.data(), sizeof rest);
    };
    const std::array<std::uint8_t, 4> tag{0x81, 0, static_cast<std::uint8_t>(vlan >> 8U),
                                          static_cast<std::uint8_t>(vlan)};
    begin(head_v4_, vlan == 0 ? std::array<std::uint8_t, 4>{0x08, 0x00, 0x45, 0} : tag);
    begin(head_v6_, vlan == 0 ? std::array<std::uint8_t, 4>{0x86, 0xdd, 0x60, 0} : tag);
  }

  // mac_word() of a frame's source that has been found to be neither a balancer's nor a server's.
  std::uint64_t source() const { return source_; }
  void trust(std::uint64_t source) {
    source_ = source;
    const std::uint64_t bytes = source >> 16U;
    for (Head* head : {&head_v4_, &head_v6_})
      std::memcpy(&head->bytes[sizeof(MacAddress)], &bytes, sizeof(MacAddress));
  }
  void expect(const VipTable<WireAddress>::Row& vip, const flow::HashSeed& seed) {
    if (vip != vip_v4_.row) expect(vip_v4_, vip, seed);
  }
  void expect(const VipTable<WireAddressV6>::Row& vip, const flow::HashSeed& seed) {
    if (vip != vip_v6_.row) expect(vip_v6_, vip, seed);
  }

  // Only of a kind of which there has been a frame, which has left its source and its VIP here.
  Kind kind() const { return kind_; }
  void expect(Kind kind) { kind_ = kind; }

  // The first 16 bytes.
  const std::uint8_t* head_v4() const { return head_v4_.bytes.data(); }
  const std::uint8_t* head_v6() const { return head_v6_.bytes.data(); }
  const ExpectedVip<WireAddress>& vip_v4() const { return vip_v4_; }
  const ExpectedVip<WireAddressV6>& vip_v6() const { return vip_v6_; }

 private:
  struct alignas(16) Head {
    std::array<std::uint8_t, 16> bytes{};
  };
  template <class Vip, class Row>
  static void expect(Vip& vip, const Row& row, const flow::HashSeed& seed) {
    vip.row = row;
    vip.secrets = {row.tcp, seed};
    vip.steady = flow::ConnectionV4::steady_vip(row.tcp);
  }

  Head head_v4_;
  Head head_v6_;
  std::uint64_t source_ = no_mac;
  ExpectedVip<WireAddress> vip_v4_;
  ExpectedVip<WireAddressV6> vip_v6_;
  Kind kind_ = Kind::unknown;
};

}  // namespace drover::datapath
