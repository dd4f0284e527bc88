// SPDX-License-Identifier: BSD-3-Clause
// What the last plain frame of a port was like in all that the frames of a port mostly have in
// common, so that four of the next can be held against it at once. A worker's own, for one
// snapshot.
#pragma once

#include <array>
#include <bit>
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
  // Of no frame yet; none is like it.
  ExpectedFrame() = default;
  // Untagged, or in that VLAN if it is not 0.
  ExpectedFrame(const MacAddress& mac, std::uint16_t vlan) {
    std::memcpy(head_.data(), &mac, sizeof mac);
    if (vlan == 0) {
      const std::array<std::uint8_t, 4> type_and_version{8, 0, 0x45, 0};
      std::memcpy(&head_[12], type_and_version.data(), 4);
    } else {
      const std::array<std::uint8_t, 4> tag{0x81, 0, static_cast<std::uint8_t>(vlan >> 8U),
                                            static_cast<std::uint8_t>(vlan)};
      std::memcpy(&head_[12], tag.data(), 4);
    }
  }

  // mac_word() of a frame's source that has been found to be neither a balancer's nor a server's.
  std::uint64_t source() const { return source_; }
  void trust(std::uint64_t source) {
    source_ = source;
    const std::uint64_t bytes = source >> 16U;
    std::memcpy(&head_[sizeof(MacAddress)], &bytes, sizeof(MacAddress));
  }

  using Row = VipTable<WireAddress>::Row;
  void expect(const Row& vip, const flow::HashSeed& seed) {
    vip_ = vip;
    const flow::KeySecrets secrets(vip.tcp, seed);
    multiplier_ = secrets.multiplier;
    key_secret_ = secrets.key ^ vip.address.word;
    vip_steady_ = flow::ConnectionV4::steady_vip(vip.tcp);
    vip_sum_ = (vip.address.word >> 16U) + (vip.address.word & UINT16_MAX);
  }

  // The first 16 bytes: of the source only once one is trusted.
  const std::uint8_t* head() const { return head_.data(); }
  bool is_complete() const { return source_ != no_mac && vip_.used; }
  const Row& vip() const { return vip_; }
  // Both halves of the VIP's address added.
  std::uint32_t vip_sum() const { return vip_sum_; }
  // For flow::mix(): of a key's lower half combined with the VIP's address by exclusive or.
  std::uint64_t key_secret() const { return key_secret_; }
  std::uint64_t multiplier() const { return multiplier_; }
  // What the VIP adds to a steady word.
  std::uint64_t vip_steady() const { return vip_steady_; }

 private:
  alignas(16) std::array<std::uint8_t, 16> head_{};
  std::uint64_t source_ = no_mac;
  Row vip_{};
  std::uint32_t vip_sum_ = 0;
  std::uint64_t key_secret_ = 0;
  std::uint64_t multiplier_ = 0;
  std::uint64_t vip_steady_ = 0;
};

}  // namespace drover::datapath
