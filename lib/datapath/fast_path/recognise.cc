// SPDX-License-Identifier: BSD-3-Clause
#include <rte_prefetch.h>

#include <algorithm>
#include <bit>

#include "lib/datapath/fast_path/fast_path.h"
#include "lib/datapath/fast_path/four_frames_v4.h"
#include "lib/datapath/fast_path/four_frames_v6.h"
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

using Kind = ExpectedFrame::Kind;

// What is to be expected behind the four from `first` on, all of which have been recognised.
Kind kind_of_next(std::uint32_t first, const PlainBurst& plain, const ExpectedFrame& expected) {
  const std::uint32_t four = std::uint32_t{15} << first;
  const auto all_for = [&](VipId vip) {
    return std::ranges::count(plain.vips.begin() + first, plain.vips.begin() + first + 4,
                              vip.value()) == 4;
  };
  if ((plain.v6 & four) == 0) return all_for(expected.vip_v4().row.tcp) ? Kind::v4_alike : Kind::v4;
  const bool alike = (plain.v6 & four) == four && all_for(expected.vip_v6().row.tcp);
  return alike ? Kind::v6_alike : expected.kind();
}

// One by one, at most four from `first` on; returns where to go on.
template <std::size_t network>
[[gnu::noinline]] std::uint32_t recognise_others(const Burst& burst, std::uint32_t first,
                                                 PlainBurst& plain, WorkerState& state) {
  ExpectedFrame& expected = state.expected[burst.port.value()];
  const OneFrame one_frame(burst, state, expected, plain);
  const std::uint32_t end = std::min<std::uint32_t>(first + 4, burst.count);
  for (std::uint32_t i = first; i < end; ++i) {
    const std::uint32_t bit = std::uint32_t{1} << i;
    const Plain kind = one_frame.recognise<network>(burst.mbufs[i], i);
    if (kind == Plain::no) plain.plain &= ~bit;
    if (kind == Plain::v6) plain.v6 |= bit;
  }
  const std::uint32_t four = std::uint32_t{15} << first;
  if (first + 4 == end && (plain.plain & four) == four)
    expected.expect(kind_of_next(first, plain, expected));
  return end;
}

// Whole fours from `first` on as long as they are of the kind that is expected; returns where to go
// on.
template <std::size_t network>
[[gnu::always_inline]] inline std::uint32_t recognise_fours(std::uint32_t first,
                                                            std::uint32_t count,
                                                            const ExpectedFrame& expected,
                                                            FourFramesV4& v4, FourFramesV6& v6,
                                                            PlainBurst& plain) {
  std::uint32_t i = first;
  switch (expected.kind()) {
    case Kind::unknown:
      break;
    case Kind::v4_alike:
      v4.expect(expected);
      while (i + 4 <= count && v4.recognise<network, true>(i)) i += 4;
      break;
    case Kind::v4:
      v4.expect(expected);
      while (i + 4 <= count && v4.recognise<network, false>(i)) i += 4;
      break;
    case Kind::v6_alike:
      v6.expect(expected);
      while (i + 4 <= count && v6.recognise<network>(i)) i += 4;
      plain.v6 |= first_bits(i) & ~first_bits(first);
      break;
  }
  return i;
}

template <std::size_t network>
void recognise_at(const Burst& burst, PlainBurst& plain, WorkerState& state) {
  ExpectedFrame& expected = state.expected[burst.port.value()];
  const bool all_whole = fetch(burst, plain);
  const std::uint32_t count = burst.count;
  plain.plain = first_bits(count);
  plain.v6 = 0;
  plain.any_short = false;
  plain.any_long = false;
  plain.network = network;
  FourFramesV4 v4(burst.port, state, plain);
  FourFramesV6 v6(state, plain);
  std::uint32_t i = 0;
  while (i < count) {
    if (all_whole) [[likely]]
      i = recognise_fours<network>(i, count, expected, v4, v6, plain);
    if (i < count) i = recognise_others<network>(burst, i, plain, state);
  }
  // Where services are many, a burst for one of them may be by chance.
  if (expected.kind() == Kind::v4 && count == Burst::capacity && plain.plain == first_bits(count) &&
      plain.v6 == 0 && std::ranges::count(plain.vips, expected.vip_v4().row.tcp.value()) == count)
    expected.expect(Kind::v4_alike);
  const std::uint32_t length_for_all = state.snapshot->fast->length_for_all;
  plain.any_short |= v4.any_short() || v6.any_short();
  plain.any_long |= v4.any_longer_than(length_for_all) || v6.any_longer_than(length_for_all);
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
