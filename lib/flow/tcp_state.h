// SPDX-License-Identifier: BSD-3-Clause
// TCP as a balancer sees it that gets the client's packets only: Linux IPVS's states, transitions
// ("input only") and time-outs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "lib/flow/tick.h"

namespace drover::flow {

// Four bits of a connection. The two that are no TCP states let those bits name every slot.
enum class TcpState : std::uint8_t {
  empty,  // no connection in this slot
  none,
  established,
  syn_sent,
  syn_received,
  fin_wait,
  time_wait,
  close,
  close_wait,
  last_ack,
  listen,
  synack,
  udp,  // a UDP connection; it has no other state
};
inline constexpr unsigned tcp_state_bits = 4;
inline constexpr std::size_t tcp_state_values = 1U << tcp_state_bits;

namespace detail {
inline constexpr std::size_t flag_sets = 32;  // FIN, SYN, RST, PSH, ACK
using TransitionTable = std::array<std::array<TcpState, tcp_state_values>, flag_sets>;
extern const TransitionTable transitions;
}  // namespace detail

// After a packet with these flags (TcpHeader::flags). A new connection comes from `none`.
inline TcpState next_state(TcpState state, std::uint8_t flags) {
  return detail::transitions[flags % detail::flag_sets][static_cast<std::size_t>(state)];
}

// Counts as ActiveConn (Linux 6.1); every other connection, UDP included, as InActConn.
constexpr bool is_active(TcpState state) {
  return state == TcpState::established || state == TcpState::syn_sent ||
         state == TcpState::syn_received || state == TcpState::synack;
}

// The client has not answered the server yet, so its address may be forged.
constexpr bool is_embryonic(TcpState state) {
  return state == TcpState::syn_received || state == TcpState::syn_sent ||
         state == TcpState::synack || state == TcpState::none;
}

// As `ipvsadm -Lnc` prints it: "SYN_RECV", "UDP".
std::string_view name(TcpState state);

// How long a connection stays without a packet, by state.
class Timeouts {
 public:
  Timeouts();  // IPVS's

  Ticks operator[](TcpState state) const { return ticks_[static_cast<std::size_t>(state)]; }
  void set(TcpState state, Ticks ticks) { ticks_[static_cast<std::size_t>(state)] = ticks; }

 private:
  std::array<Ticks, tcp_state_values> ticks_{};
};

}  // namespace drover::flow
