// SPDX-License-Identifier: BSD-3-Clause
#include "lib/flow/tcp_state.h"

#include <chrono>

#include "lib/net/wire.h"

namespace drover::flow {
namespace {

using enum TcpState;
using Row = std::array<TcpState, tcp_state_values>;

constexpr TcpState no = none, es = established, ss = syn_sent, sr = syn_received, fw = fin_wait,
                   tw = time_wait, cl = close, cw = close_wait, la = last_ack, li = listen,
                   sa = synack;

// Every row: an empty slot (as `none`), the states in order, UDP, three unused values.
// clang-format off
//                     --  no  es  ss  sr  fw  tw  cl  cw  la  li  sa  udp
constexpr Row on_syn = {sr, sr, es, es, sr, sr, sr, sr, sr, sr, sr, sr, udp, cl, cl, cl};
constexpr Row on_fin = {cl, cl, fw, ss, tw, fw, tw, cl, cw, la, li, tw, udp, cl, cl, cl};
constexpr Row on_ack = {es, es, es, ss, es, fw, tw, cl, cw, cl, li, es, udp, cl, cl, cl};
constexpr Row on_rst = {cl, cl, cl, cl, sr, cl, cl, cl, cl, la, li, cl, udp, cl, cl, cl};
constexpr Row others = {cl, cl, cl, cl, cl, cl, cl, cl, cl, cl, cl, cl, udp, cl, cl, cl};
// clang-format on

// RST before SYN before FIN before ACK.
constexpr Row row(unsigned flags) {
  if ((flags & TcpHeader::rst) != 0) return on_rst;
  if ((flags & TcpHeader::syn) != 0) return on_syn;
  if ((flags & TcpHeader::fin) != 0) return on_fin;
  if ((flags & TcpHeader::ack) != 0) return on_ack;
  return others;
}

constexpr detail::TransitionTable make_transitions() {
  detail::TransitionTable table{};
  for (unsigned flags = 0; flags < table.size(); ++flags) table[flags] = row(flags);
  return table;
}

constexpr std::array<std::string_view, tcp_state_values> names{
    "",         "NONE",      "ESTABLISHED", "SYN_SENT",   "SYN_RECV",
    "FIN_WAIT", "TIME_WAIT", "CLOSE",       "CLOSE_WAIT", "LAST_ACK",
    "LISTEN",   "SYNACK",    "UDP",         "",           "",
    ""};

}  // namespace

constinit const detail::TransitionTable detail::transitions = make_transitions();

std::string_view name(TcpState state) {
  return names[static_cast<std::size_t>(state)];
}

Timeouts::Timeouts() {
  using std::chrono::seconds;
  set(none, seconds(2));
  set(established, seconds(900));
  set(syn_sent, seconds(120));
  set(syn_received, seconds(60));
  set(fin_wait, seconds(120));
  set(time_wait, seconds(120));
  set(close, seconds(10));
  set(close_wait, seconds(60));
  set(last_ack, seconds(30));
  set(listen, seconds(120));
  set(synack, seconds(120));
  set(udp, seconds(300));
}

}  // namespace drover::flow
