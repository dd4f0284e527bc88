// SPDX-License-Identifier: BSD-3-Clause
// Recognises four plain frames at once that are what was expected: TCP over IPv6 for one VIP, from
// one station.
#pragma once

#include "lib/datapath/fast_path/four_frames.h"

namespace drover::datapath::fast_path {

class FourFramesV6 : public FourFrames {
 public:
  FourFramesV6(const WorkerState& state, PlainBurst& plain)
      : FourFrames(state, plain), homes_(state.table_v6.homes()) {}

  // From now on.
  void expect(const ExpectedFrame& expected) {
    head_ = load_words(expected.head_v6());
    const auto& vip = expected.vip_v6();
    vip_ = load_words(&vip.row.address);
    vip_ids_ = four_times(vip.row.tcp);
    steady_ = established_ + vip.steady;
    secrets_ = vip.secrets;
  }

  // As FourFramesV4's.
  template <std::size_t network>
  [[gnu::always_inline]] bool recognise(std::size_t first) {
    constexpr std::size_t transport = network + sizeof(Ipv6Header);
    const std::uint8_t* const* const frames = &plain_.bytes[first];
    // Payload length, next header, hop limit.
    const Words ip = column(frames, network + offsetof(Ipv6Header, payload_length));
    const Words tcp = column(frames, transport + offsetof(TcpHeader, data_offset));
    const Words room = load_numbers(&plain_.lengths[first]);
    const Words payload = upper_number(ip << 16U);

    Words strange = differences<network, 0x0060dd86, 0x00f0ffff>(frames, head_);
    strange |= (ip ^ all_words(ip_protocol::tcp << 16U)) & all_words(0x00ff0000);
    for (int i = 0; i < 4; ++i)
      strange |= load_words(frames[i] + network + offsetof(Ipv6Header, destination)) ^ vip_;
    const Words negative = (room - all_words(transport + sizeof(TcpHeader))) |
                           (room - all_words(transport) - payload) | tcp_fault(tcp, payload);
    strange |= negative & all_words(0x80000000);
    if (any_bit(strange)) [[unlikely]]
      return false;
    bool suspect = false;
    for (int i = 0; i < 4; ++i) suspect |= sources_.is_suspect(source_of<network>(frames[i]));
    if (suspect) [[unlikely]]
      return false;

    note_alike(first, tcp, steady_, vip_ids_);
    note_lengths(first, payload + all_words(sizeof(Ipv6Header)), room);
    for (std::size_t i = first; i < first + 4; ++i) {
      const WireAddressV6 client(source_of<network>(plain_.bytes[i]));
      const std::uint64_t ports = load<std::uint32_t>(plain_.bytes[i] + transport);
      auto* const place =
          homes_[flow::upper_half(flow::mix({client.first, client.second, ports}, secrets_))];
      __builtin_prefetch(place, 1);
      plain_.places[i] = place;
      plain_.keys[i] = ports;
    }
    return true;
  }

 private:
  template <std::size_t network>
  static const Ipv6Address& source_of(const std::uint8_t* frame) {
    return *reinterpret_cast<const Ipv6Address*>(frame + network + offsetof(Ipv6Header, source));
  }

  flow::ConnectionTableV6::Homes homes_;
  Words head_{};
  Words vip_{};
  std::uint64_t vip_ids_ = 0;
  std::uint64_t steady_ = 0;
  flow::KeySecrets secrets_{{}, {}};
};

}  // namespace drover::datapath::fast_path
