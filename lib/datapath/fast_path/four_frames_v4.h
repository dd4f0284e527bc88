// SPDX-License-Identifier: BSD-3-Clause
// Recognises four plain frames of IPv4 at once, from the station that was expected.
#pragma once

#include "lib/datapath/fast_path/four_frames.h"

namespace drover::datapath::fast_path {

class FourFramesV4 : public FourFrames {
 public:
  FourFramesV4(PortId port, const WorkerState& state, PlainBurst& plain)
      : FourFrames(state, plain),
        homes_(state.table_v4.homes()),
        vips_(state.snapshot->fast->vips_v4[port.value()]),
        seed_(state.table_v4.seed()),
        udp_(steady_state(state, flow::TcpState::udp)) {}

  // From now on.
  void expect(const ExpectedFrame& expected) {
    head_ = load_words(expected.head_v4());
    const auto& vip = expected.vip_v4();
    const std::uint32_t address = vip.row.address.word;
    vip_ = all_words(address);
    vip_sum_ = all_words((address >> 16U) + (address & UINT16_MAX));
    vip_ids_ = four_times(vip.row.tcp);
    steady_ = established_ + vip.steady;
    key_secret_ = vip.secrets.key ^ address;
    multiplier_ = vip.secrets.multiplier;
  }

  // Whether all of the four from `first` on are, a multiple of 4. If so what the second pass needs
  // of them is filled in. `alike`: TCP for the VIP that was expected, and no other counts.
  template <std::size_t network, bool alike>
  [[gnu::always_inline]] bool recognise(std::size_t first) {
    constexpr std::size_t transport = network + sizeof(Ipv4Header);
    const std::uint8_t* const* const frames = &plain_.bytes[first];
    const Columns ip(frames, network);
    const ColumnPair destination_and_ports(frames, network + offsetof(Ipv4Header, destination));
    const Words destination = destination_and_ports.first;
    const Words tcp = column(frames, transport + offsetof(TcpHeader, data_offset));
    const Words room = load_numbers(&plain_.lengths[first]);
    const Words length = upper_number(ip.at[0]);
    const Words left = length - all_words(sizeof(Ipv4Header));

    Words strange = differences<network, 0x00450008, 0x00ffffff>(frames, head_);
    // More fragments, and the offset's bits, as they stand on the wire.
    strange |= ip.at[1] & all_words(0xff3f0000);
    Words negative =
        (room - all_words(transport + sizeof(TcpHeader))) | (room - all_words(network) - length);
    Words is_tcp{};
    const Words protocol = ip.at[2] & all_words(0xff00);
    if constexpr (alike) {
      strange |= (protocol ^ all_words(ip_protocol::tcp << 8U)) | (destination ^ vip_);
      strange |= checksum_fault(ip, vip_sum_);
      negative |= tcp_fault(tcp, left);
    } else {
      is_tcp = reinterpret_cast<Words>(protocol == all_words(ip_protocol::tcp << 8U));
      const auto is_udp = reinterpret_cast<Words>(protocol == all_words(ip_protocol::udp << 8U));
      const Words udp =
          upper_number(column(frames, transport + offsetof(UdpHeader, length)) << 16U);
      strange |= ~(is_tcp | is_udp) | checksum_fault(ip, unsigned_halves(destination));
      negative |= (tcp_fault(tcp, left) & is_tcp) |
                  (((udp - all_words(sizeof(UdpHeader))) | (left - udp)) & is_udp);
    }
    strange |= negative & all_words(0x80000000);
    if (any_bit(strange)) [[unlikely]]
      return false;
    std::uint8_t suspect = 0;
    for (std::size_t i = 0; i < 4; ++i)
      suspect |= sources_.suspicion(frames[i] + network + offsetof(Ipv4Header, source));
    if (suspect != 0) [[unlikely]]
      return false;

    if constexpr (alike) {
      note_alike(first, tcp, steady_, vip_ids_);
      for (std::size_t i = first; i < first + 4; ++i)
        find_place<network>(i, key_secret_, multiplier_);
    } else if (!note_vips<network>(first, highest_bits(is_tcp), highest_bits(staying(tcp)))) {
      return false;
    }
    const Words& source = ip.at[3];
    const Words ports = destination_and_ports.second;
    store_words(&plain_.keys[first], interleave_first(source, ports));
    store_words(&plain_.keys[first + 2], interleave_last(source, ports));
    note_lengths(first, length, room);
    return true;
  }

 private:
  // Halves of words, made signed numbers by this, are smaller by 2^15.
  static constexpr Words sign = all_words(0x80008000);
  static Words unsigned_halves(Words words) {
    return add_halves(words ^ sign) + all_words(2 * 0x8000);
  }

  // One's complement arithmetic is that modulo 65535 (RFC 1071). k times 65535 and 65537 is -k
  // modulo 2^32, and ten halves of words, not all of them 0, give a k from 1 to 10; what is no
  // multiple of 65535 gives nothing so close to 0. `last`: both halves of the fifth words.
  [[gnu::always_inline]] static Words checksum_fault(const Columns& ip, Words last) {
    Words sum = last + all_words(8 * 0x8000);
    for (const Words& words : ip.at) sum += add_halves(words ^ sign);
    return ~(sum + (sum << 16U)) & all_words(~std::uint32_t{15});
  }

  // Bits, by packet: of TCP, which stay established. False: one is for no VIP.
  template <std::size_t network>
  [[gnu::always_inline]] bool note_vips(std::size_t first, unsigned are_tcp, unsigned stay) {
    for (std::size_t i = first; i < first + 4; ++i, are_tcp >>= 1U, stay >>= 1U) {
      const auto address =
          load<std::uint32_t>(plain_.bytes[i] + network + offsetof(Ipv4Header, destination));
      const auto* const row = vips_.find({address});
      if (row == nullptr) return false;
      const bool is_tcp = (are_tcp & 1U) != 0;
      const VipId vip = is_tcp ? row->tcp : row->udp;
      const std::uint64_t steady =
          (is_tcp ? established_ : udp_) + flow::ConnectionV4::steady_vip(vip);
      plain_.vips[i] = vip.value();
      plain_.steady[i] = is_tcp && (stay & 1U) == 0 ? 0 : steady;
      const flow::KeySecrets secrets(vip, seed_);
      find_place<network>(i, secrets.key ^ address, secrets.multiplier);
    }
    return true;
  }

  // `secret`: the VIP's, combined with its address by exclusive or.
  template <std::size_t network>
  [[gnu::always_inline]] void find_place(std::size_t i, std::uint64_t secret,
                                         std::uint64_t multiplier) {
    const std::uint8_t* const source = plain_.bytes[i] + network + offsetof(Ipv4Header, source);
    // The VIP's address is before the ports.
    const std::uint64_t key_and_vip =
        load<std::uint32_t>(source) ^ load<std::uint64_t>(source + sizeof(std::uint32_t));
    auto* const place = homes_[flow::upper_half((key_and_vip ^ secret) * multiplier)];
    __builtin_prefetch(place, 1);
    plain_.places[i] = place;
  }

  flow::ConnectionTableV4::Homes homes_;
  VipTable<WireAddress>::View vips_;
  flow::HashSeed seed_;
  std::uint64_t udp_;

  Words head_{};
  Words vip_{};
  Words vip_sum_{};
  std::uint64_t vip_ids_ = 0;
  std::uint64_t steady_ = 0;
  std::uint64_t key_secret_ = 0;
  std::uint64_t multiplier_ = 0;
};

}  // namespace drover::datapath::fast_path
