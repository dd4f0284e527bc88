// SPDX-License-Identifier: BSD-3-Clause
// What the recognition of four frames at once has in common for both families. All that OneFrame
// finds out about each of them is found out here as well.
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
  bool any_short() const { return any_bit(shortest_ < all_words(shortest_frame)); }
  bool any_longer_than(std::uint32_t length) const { return any_bit(longest_ > all_words(length)); }

 protected:
  FourFrames(const WorkerState& state, PlainBurst& plain)
      : sources_(state.snapshot->fast->sources),
        plain_(plain),
        established_(steady_state(state, flow::TcpState::established)) {}

  static std::uint64_t steady_state(const WorkerState& state, flow::TcpState tcp_state) {
    return flow::ConnectionV4::steady_state(tcp_state,
                                            state.tick() + state.snapshot->timeouts[tcp_state]);
  }

  // Of Ethernet's header, its type and IP's first byte included, from the expected one. `network`:
  // offset of IP's header; `begin`: the type and IP's first byte; `relevant`: their bits.
  template <std::size_t network, std::uint32_t begin, std::uint32_t relevant>
  [[gnu::always_inline]] static Words differences(const std::uint8_t* const* frames, Words head) {
    constexpr std::uint32_t all = UINT32_MAX;
    Words different = load_words(frames[0]) ^ head;
    for (int i = 1; i < 4; ++i) different |= load_words(frames[i]) ^ head;
    if constexpr (network == sizeof(EthernetHeader))
      return different & Words{all, all, all, relevant};
    // Of the tag its identifier.
    const Words type = column(frames, network - sizeof(Be16)) ^ all_words(begin);
    return (different & Words{all, all, all, 0xff0fffff}) | (type & all_words(relevant));
  }

  // Negative: TCP's header is too small, or not in the datagram, of which `left` is left for it.
  static Words tcp_fault(Words tcp, Words left) {
    const Words header = (tcp >> 2U) & all_words(0x3c);
    return (header - all_words(sizeof(TcpHeader))) | (left - header);
  }

  // By word: all bits of those that stay_established().
  static Words staying(Words tcp) {
    constexpr std::uint32_t decisive =
        TcpHeader::fin | TcpHeader::syn | TcpHeader::rst | TcpHeader::ack;
    return reinterpret_cast<Words>((tcp & all_words(decisive << 8U)) ==
                                   all_words(TcpHeader::ack << 8U));
  }

  // Of four with the same VIP.
  [[gnu::always_inline]] void note_alike(std::size_t first, Words tcp, std::uint64_t steady,
                                         std::uint64_t vips) {
    for (std::size_t i = 0; i < 4; ++i) plain_.steady[first + i] = steady;
    std::memcpy(&plain_.vips[first], &vips, sizeof vips);
    const unsigned stay = highest_bits(staying(tcp));
    if (stay != 15) [[unlikely]]
      for (std::size_t i = 0; i < 4; ++i)
        if ((stay >> i & 1U) == 0) plain_.steady[first + i] = 0;
  }
  static std::uint64_t four_times(VipId vip) { return 0x0001000100010001 * vip.value(); }

  [[gnu::always_inline]] void note_lengths(std::size_t first, Words length, Words room) {
    store_words(&plain_.traffic[first], interleave_first(all_words(1), length));
    store_words(&plain_.traffic[first + 2], interleave_last(all_words(1), length));
    longest_ = larger(longest_, length);
    shortest_ = smaller(shortest_, room);
  }

  const SourceScreen& sources_;
  PlainBurst& plain_;
  std::uint64_t established_;

 private:
  Words longest_{};
  Words shortest_ = all_words(UINT32_MAX);
};

}  // namespace drover::datapath::fast_path
