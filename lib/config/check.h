// SPDX-License-Identifier: BSD-3-Clause
// A health check as the file describes it. docs/configuration.md explains each key.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace drover::config {

struct StatusRange {
  std::uint16_t first = 200;
  std::uint16_t last = 399;  // included
  friend auto operator<=>(const StatusRange&, const StatusRange&) = default;
};

struct HttpCheck {
  bool tls = false;
  std::string method = "GET";
  std::string path = "/";
  std::string host;                                // empty: the service's address
  std::vector<StatusRange> status{StatusRange{}};  // any of them will do
  std::string body;                                // a substring; empty: any body
  std::string body_regex;                          // empty: any body
  std::string sni;                                 // https only; empty: none is sent
  bool verify = false;                             // https only: whether the certificate is checked
  std::string ca_file;                             // https only; empty: the system's authorities
  friend auto operator<=>(const HttpCheck&, const HttpCheck&) = default;
};

// A connection can be opened.
struct TcpCheck {
  friend auto operator<=>(const TcpCheck&, const TcpCheck&) = default;
};

struct ExpectCheck {
  bool udp = false;
  std::string send;  // escapes resolved; empty: nothing
  std::string receive = "*";
  std::string regex;  // instead of `receive`; empty: none
  friend auto operator<=>(const ExpectCheck&, const ExpectCheck&) = default;
};

// A program: no shell between. Exit status 0 is good.
struct ScriptCheck {
  std::vector<std::string> command;  // an absolute path, then its arguments
  std::string user = "nobody";
  std::string output;  // what it must write, but for white space at its end; empty: anything
  friend auto operator<=>(const ScriptCheck&, const ScriptCheck&) = default;
};

// The server's own word: a line over TCP at the check's port, or a program's output.
struct AgentCheck {
  std::vector<std::string> command;  // empty: over TCP
  std::string user = "nobody";
  std::string send;  // over TCP, before the line is awaited
  friend auto operator<=>(const AgentCheck&, const AgentCheck&) = default;
};

// An ICMP echo.
struct PingCheck {
  friend auto operator<=>(const PingCheck&, const PingCheck&) = default;
};

using CheckKind =
    std::variant<TcpCheck, HttpCheck, ExpectCheck, ScriptCheck, AgentCheck, PingCheck>;

// real: to the server's own address; vip: to the VIP at the server's MAC address. Nothing to a
// program, which finds its own way.
enum class Via { real, vip };

struct Check {
  CheckKind kind;
  std::optional<std::uint16_t> port;  // none: the service's
  Via via = Via::vip;
  std::chrono::milliseconds interval{2'000};
  std::chrono::milliseconds timeout{1'000};
  std::optional<std::chrono::milliseconds> fast_interval;  // while it fails; none: `interval`
  std::uint16_t rise = 2;
  std::uint16_t fall = 3;
  friend auto operator<=>(const Check&, const Check&) = default;
};

// "http", "https", "tcp", "expect", "script", "agent", "ping".
std::string_view name_of(const CheckKind& kind);
// It runs a program, not a connection.
bool runs_program(const CheckKind& kind);

}  // namespace drover::config
