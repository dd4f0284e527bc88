// SPDX-License-Identifier: BSD-3-Clause
// Recognises four plain frames at once that are what was expected: TCP over IPv4 for one VIP, from
// one station. All that OneFrame finds out about each of them is found out here as well.
#pragma once

#include "lib/datapath/fast_path/expected_frame.h"
#include "lib/datapath/fast_path/fast_facts.h"
#include "lib/datapath/fast_path/plain_burst.h"
#include "lib/datapath/fast_path/plain_frame.h"
#include "lib/datapath/fast_path/words.h"
#include "lib/datapath/worker_state.h"

namespace drover::datapath::fast_path {

class FourFrames {
 public:
  FourFrames(const WorkerState& state, PlainBurst& plain)
      : sources_(state.snapshot->fast->sources),
        homes_(state.table_v4.homes()),
        plain_(plain),
        established_(flow::ConnectionV4::steady_state(
            flow::TcpState::established,
            state.tick() + state.snapshot->timeouts[flow::TcpState::established])) {}

  // From now on.
  void expect(const ExpectedFrame& expected) {
    head_ = load_words(expected.head());
    vip_ = all_words(expected.vip().address.word);
    // Halves of words that add_halves() takes for signed numbers are smaller by 2^15.
    vip_sum_ = all_words(expected.vip_sum() + 8 * 0x8000);
    vip_id_ = 0x0001000100010001 * expected.vip().tcp.value();
    steady_ = established_ + expected.vip_steady();
    key_secret_ = expected.key_secret();
    multiplier_ = expected.multiplier();
  }

  // Whether all of the four from `first` on are, a multiple of 4. If so what the second pass needs
  // of them is filled in; `network`: offset of the IP header.
  template <std::size_t network>
  [[gnu::always_inline]] bool recognise(std::size_t first) {
    constexpr std::size_t transport = network + sizeof(Ipv4Header);
    const std::uint8_t* const* const frames = &plain_.bytes[first];
    const Columns ip(frames, network);
    const Words& source = ip.at[3];
    const ColumnPair destination_and_ports(frames, network + offsetof(Ipv4Header, destination));
    const Words destination = destination_and_ports.first;
    const Words ports = destination_and_ports.second;
    const Words tcp = column(frames, transport + offsetof(TcpHeader, data_offset));
    const Words room = load_numbers(&plain_.lengths[first]);
    const Words length = upper_number(ip.at[0]);

    Words strange = differences<network>(frames);
    // More fragments, and the offset's bits, as they stand on the wire; the protocol.
    strange |= ip.at[1] & all_words(0xff3f0000);
    strange |= (ip.at[2] ^ all_words(ip_protocol::tcp << 8U)) & all_words(0xff00);
    strange |= destination ^ vip_;
    strange |= checksum_fault(ip);
    strange |= length_fault<network>(room, length, tcp);
    std::uint8_t suspect = 0;
    for (std::size_t i = 0; i < 4; ++i)
      suspect |= sources_.suspicion(frames[i] + network + offsetof(Ipv4Header, source));
    if (any_bit(strange)) [[unlikely]]
      return false;
    if (suspect != 0) [[unlikely]]
      return false;

    note_states(first, tcp);
    store_words(&plain_.keys[first], interleave_first(source, ports));
    store_words(&plain_.keys[first + 2], interleave_last(source, ports));
    store_words(&plain_.traffic[first], interleave_first(all_words(1), length));
    store_words(&plain_.traffic[first + 2], interleave_last(all_words(1), length));
    longest_ = larger(longest_, length);
    shortest_ = smaller(shortest_, room);
    for (std::size_t i = first; i < first + 4; ++i) find_home<network>(i);
    return true;
  }

  bool any_short() const { return any_bit(shortest_ < all_words(shortest_frame)); }
  bool any_longer_than(std::uint32_t length) const { return any_bit(longest_ > all_words(length)); }

 private:
  // Of Ethernet's header, its type and IP's version included, up to the expected one.
  template <std::size_t network>
  Words differences(const std::uint8_t* const* frames) const {
    Words different = load_words(frames[0]) ^ head_;
    for (int i = 1; i < 4; ++i) different |= load_words(frames[i]) ^ head_;
    if constexpr (network == sizeof(EthernetHeader)) {
      return different & Words{UINT32_MAX, UINT32_MAX, UINT32_MAX, 0x00ffffff};
    } else {
      // Of the tag its identifier only; then the type and IP's version.
      return (different & Words{UINT32_MAX, UINT32_MAX, UINT32_MAX, 0xff0fffff}) |
             ((column(frames, network - sizeof(Be16)) ^ all_words(0x00450008)) &
              all_words(0x00ffffff));
    }
  }

  // One's complement arithmetic is that modulo 65535 (RFC 1071). k times 65535 and 65537 is -k
  // modulo 2^32, and ten halves of words, not all of them 0, give a k from 1 to 10; what is no
  // multiple of 65535 gives nothing so close to 0.
  Words checksum_fault(const Columns& ip) const {
    Words sum = vip_sum_;
    for (const Words& words : ip.at) sum += add_halves(words ^ all_words(0x80008000));
    return ~(sum + (sum << 16U)) & all_words(~std::uint32_t{15});
  }

  // Headers that would not be in the datagram, a datagram that would not be in the frame: then one
  // of these differences is negative.
  template <std::size_t network>
  static Words length_fault(Words room, Words length, Words tcp) {
    constexpr std::uint32_t both = sizeof(Ipv4Header) + sizeof(TcpHeader);
    const Words header = (tcp >> 2U) & all_words(0x3c);
    const Words negative =
        (room - all_words(network + both)) | (room - all_words(network) - length) |
        (header - all_words(sizeof(TcpHeader))) | (length - all_words(sizeof(Ipv4Header)) - header);
    return negative & all_words(0x80000000);
  }

  [[gnu::always_inline]] void note_states(std::size_t first, Words tcp) {
    constexpr std::uint32_t decisive =
        TcpHeader::fin | TcpHeader::syn | TcpHeader::rst | TcpHeader::ack;
    const auto stays = reinterpret_cast<Words>((tcp & all_words(decisive << 8U)) ==
                                               all_words(TcpHeader::ack << 8U));
    for (std::size_t i = 0; i < 4; ++i) plain_.steady[first + i] = steady_;
    std::memcpy(&plain_.vips[first], &vip_id_, sizeof vip_id_);
    const unsigned all = highest_bits(stays);
    if (all != 15) [[unlikely]]
      for (std::size_t i = 0; i < 4; ++i)
        if ((all >> i & 1U) == 0) plain_.steady[first + i] = 0;
  }

  template <std::size_t network>
  [[gnu::always_inline]] void find_home(std::size_t i) {
    const std::uint8_t* const source = plain_.bytes[i] + network + offsetof(Ipv4Header, source);
    // The VIP's address is before the ports.
    const std::uint64_t key_and_vip =
        load<std::uint32_t>(source) ^ load<std::uint64_t>(source + sizeof(std::uint32_t));
    auto* const home = homes_[flow::upper_half((key_and_vip ^ key_secret_) * multiplier_)];
    home->prefetch();
    plain_.buckets[i] = home;
  }

  const SourceScreen& sources_;
  flow::ConnectionTableV4::Homes homes_;
  PlainBurst& plain_;
  std::uint64_t established_;

  Words head_{};
  Words vip_{};
  Words vip_sum_{};
  std::uint64_t vip_id_ = 0;  // four times
  std::uint64_t steady_ = 0;
  std::uint64_t key_secret_ = 0;
  std::uint64_t multiplier_ = 0;

  Words longest_{};
  Words shortest_ = all_words(UINT32_MAX);
};

}  // namespace drover::datapath::fast_path
