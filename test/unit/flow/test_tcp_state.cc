// SPDX-License-Identifier: BSD-3-Clause
#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "lib/flow/tcp_state.h"
#include "lib/net/wire.h"
#include "test/unit/catch.h"

namespace drover::flow {
namespace {

// Linux IPVS, "input only": the balancer sees the client's packets and none of the server's.
constexpr const char* transitions_as_text = R"(
         NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA
SYN      SR  ES  ES  SR  SR  SR  SR  SR  SR  SR  SR
FIN      CL  FW  SS  TW  FW  TW  CL  CW  LA  LI  TW
ACK      ES  ES  SS  ES  FW  TW  CL  CW  CL  LI  ES
RST      CL  CL  CL  SR  CL  CL  CL  CL  LA  LI  CL
none     CL  CL  CL  CL  CL  CL  CL  CL  CL  CL  CL
)";

const std::map<std::string, TcpState> abbreviations{
    {"NO", TcpState::none},         {"ES", TcpState::established}, {"SS", TcpState::syn_sent},
    {"SR", TcpState::syn_received}, {"FW", TcpState::fin_wait},    {"TW", TcpState::time_wait},
    {"CL", TcpState::close},        {"CW", TcpState::close_wait},  {"LA", TcpState::last_ack},
    {"LI", TcpState::listen},       {"SA", TcpState::synack}};

// The row for a set of flags: RST > SYN > FIN > ACK.
std::string row_of(unsigned flags) {
  if (flags & TcpHeader::rst) return "RST";
  if (flags & TcpHeader::syn) return "SYN";
  if (flags & TcpHeader::fin) return "FIN";
  if (flags & TcpHeader::ack) return "ACK";
  return "none";
}

std::map<std::string, std::map<TcpState, TcpState>> read_transitions() {
  std::istringstream text(transitions_as_text);
  std::string line;
  std::getline(text, line);
  std::getline(text, line);
  std::istringstream head(line);
  std::vector<TcpState> columns;
  for (std::string word; head >> word;) columns.push_back(abbreviations.at(word));
  std::map<std::string, std::map<TcpState, TcpState>> rows;
  while (std::getline(text, line)) {
    std::istringstream row(line);
    std::string name;
    row >> name;
    for (const TcpState from : columns) {
      std::string word;
      row >> word;
      rows[name][from] = abbreviations.at(word);
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("every state and set of flags leads where IPVS goes", "[flow]") {
  const auto rows = read_transitions();
  REQUIRE(rows.size() == 5);
  unsigned cells = 0;
  for (unsigned flags = 0; flags < 256; ++flags)
    for (const auto& [from, to] : rows.at(row_of(flags))) {
      CAPTURE(flags, name(from));
      CHECK(name(next_state(from, static_cast<std::uint8_t>(flags))) == name(to));
      ++cells;
    }
  CHECK(cells == 256 * 11);
}

TEST_CASE("a UDP connection keeps its state", "[flow]") {
  for (unsigned flags = 0; flags < 256; ++flags)
    CHECK(next_state(TcpState::udp, static_cast<std::uint8_t>(flags)) == TcpState::udp);
}

TEST_CASE("a client's connection lives through these states", "[flow]") {
  TcpState state = TcpState::none;
  const auto after = [&state](unsigned flags) {
    return state = next_state(state, static_cast<std::uint8_t>(flags));
  };
  CHECK(after(TcpHeader::syn) == TcpState::syn_received);
  CHECK(after(TcpHeader::rst) == TcpState::syn_received);  // a forged RST ends no handshake
  CHECK(after(TcpHeader::ack) == TcpState::established);
  CHECK(after(TcpHeader::ack | TcpHeader::psh) == TcpState::established);
  CHECK(after(TcpHeader::ack | TcpHeader::fin) == TcpState::fin_wait);
  CHECK(after(TcpHeader::ack) == TcpState::fin_wait);
  CHECK(after(TcpHeader::syn) == TcpState::syn_received);
}

TEST_CASE("states are named, timed and counted as ipvsadm does", "[flow]") {
  struct Row {
    const char* name;
    unsigned seconds;
    TcpState state;
    bool active;
  };
  const Row rows[] = {
      {"NONE", 2, TcpState::none, false},
      {"ESTABLISHED", 900, TcpState::established, true},
      {"SYN_SENT", 120, TcpState::syn_sent, true},
      {"SYN_RECV", 60, TcpState::syn_received, true},
      {"FIN_WAIT", 120, TcpState::fin_wait, false},
      {"TIME_WAIT", 120, TcpState::time_wait, false},
      {"CLOSE", 10, TcpState::close, false},
      {"CLOSE_WAIT", 60, TcpState::close_wait, false},
      {"LAST_ACK", 30, TcpState::last_ack, false},
      {"LISTEN", 120, TcpState::listen, false},
      {"SYNACK", 120, TcpState::synack, true},
      {"UDP", 300, TcpState::udp, false},
  };
  Timeouts timeouts;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    CHECK(name(row.state) == row.name);
    CHECK(timeouts[row.state] == Ticks(row.seconds * 4));
    CHECK(is_active(row.state) == row.active);
  }
  timeouts.set(TcpState::udp, to_ticks(std::chrono::seconds(30)));
  CHECK(timeouts[TcpState::udp] == Ticks(120));
  CHECK(timeouts[TcpState::synack] == Ticks(480));
}

}  // namespace drover::flow
