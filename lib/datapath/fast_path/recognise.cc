// SPDX-License-Identifier: BSD-3-Clause
#include <rte_prefetch.h>

#include <bit>

#include "lib/datapath/fast_path/fast_path.h"
#include "lib/datapath/fast_path/four_frames.h"
#include "lib/datapath/fast_path/one_frame.h"
#include "lib/datapath/stages/stages.h"

namespace drover::datapath::fast_path {
namespace {

// Has the headers brought near. Whether all frames are of one segment and have all their tags.
bool fetch(const Burst& burst, PlainBurst& plain) {
  constexpr std::uint64_t stripped = RTE_MBUF_F_RX_VLAN_STRIPPED | RTE_MBUF_F_RX_QINQ_STRIPPED;
  std::uint64_t flags = 0;
  std::uint16_t segments = 1;
  const std::size_t count = burst.count;
#pragma GCC unroll 4
  for (std::size_t i = 0; i < count; ++i) {
    const rte_mbuf* const mbuf = burst.mbufs[i];
    auto* const bytes = rte_pktmbuf_mtod(mbuf, std::uint8_t*);
    rte_prefetch0(bytes);
    plain.bytes[i] = bytes;
    plain.lengths[i] = mbuf->data_len;
    flags |= mbuf->ol_flags;
    segments |= mbuf->nb_segs;
  }
  return (flags & stripped) == 0 && segments == 1;
}

// Of the frames from `first` on, at most four; returns where to go on.
template <std::size_t network>
[[gnu::noinline]] std::uint32_t recognise_others(const Burst& burst, std::uint32_t first,
                                                 PlainBurst& plain, WorkerState& state) {
  const OneFrame one_frame(burst, state, state.expected[burst.port.value()], plain);
  const std::uint32_t end = std::min<std::uint32_t>(first + 4, burst.count);
  for (std::uint32_t i = first; i < end; ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    const Plain kind = one_frame.recognise<network>(burst.mbufs[i], i);
    if (kind == Plain::no) plain.plain &= ~bit;
    if (kind == Plain::v6) plain.v6 |= bit;
  }
  return end;
}

template <std::size_t network>
void recognise_at(const Burst& burst, PlainBurst& plain, WorkerState& state) {
  const ExpectedFrame& expected = state.expected[burst.port.value()];
  const bool all_whole = fetch(burst, plain);
  const std::uint32_t count = burst.count;
  plain.plain = first_bits(count);
  plain.v6 = 0;
  plain.any_short = false;
  plain.any_long = false;
  plain.network = network;
  FourFrames four_frames(state, plain);
  std::uint32_t i = 0;
  while (i < count) {
    if (all_whole && expected.is_complete()) {
      four_frames.expect(expected);
      while (i + 4 <= count && four_frames.recognise<network>(i)) i += 4;
    }
    if (i < count) i = recognise_others<network>(burst, i, plain, state);
  }
  plain.any_short |= four_frames.any_short();
  plain.any_long |= four_frames.any_longer_than(state.snapshot->fast->length_for_all);
}

}  // namespace

void recognise(Burst& burst, PlainBurst& plain, WorkerState& state) {
  constexpr std::size_t untagged = sizeof(EthernetHeader);
  if (state.snapshot->ports[burst.port.value()].vlan == 0)
    recognise_at<untagged>(burst, plain, state);
  else
    recognise_at<untagged + sizeof(VlanTag)>(burst, plain, state);
  burst.related = false;
  for (std::uint32_t others = first_bits(burst.count) & ~plain.plain; others != 0;
       others &= others - 1) {
    const auto i = static_cast<unsigned>(std::countr_zero(others));
    Packet& packet = burst.storage[i];
    packet.mbuf = burst.mbufs[i];
    packet.verdict = Verdict::pending;
    stages::parse(packet);
    stages::classify(packet, burst, state);
  }
}

}  // namespace drover::datapath::fast_path
