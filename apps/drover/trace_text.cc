// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/trace_text.h"

#include <fmt/format.h>

#include <string_view>

namespace drover::client {
namespace {

std::string line(std::string_view stage, const std::string& text) {
  return fmt::format("  {:<9} {}\n", stage, text);
}

// What the stages before the verdict's own had found, by what the verdict means.
std::string findings(const api::TracedPacket& packet) {
  const std::string_view verdict = packet.verdict;
  if (verdict == "forwarded") return line("look up", "a connection in the table");
  if (verdict == "forwarded_quoted") return line("relate", "about a connection in the table");
  if (verdict == "forwarded_adopted")
    return line("look up", "no connection") + line("schedule", "in mid-stream: by hash");
  if (verdict == "forwarded_unkept")
    return line("look up", "no connection, and no room for one") + line("schedule", "by hash");
  if (verdict == "forwarded_new" || verdict == "forwarded_once")
    return line("look up", "no connection") +
           line("schedule", verdict == "forwarded_new" ? "by the scheduler: a new connection"
                                                       : "by the scheduler, for itself");
  if (verdict == "refused_reset" || verdict == "refused_unreachable")
    return line("look up", "no connection") + line("schedule", "no server");
  if (verdict == "to_kernel") return line("classify", "not for a virtual address");
  return "";
}

std::string rewriting(const api::TracedPacket& packet) {
  if (packet.server.empty()) return "";
  return line(
      "rewrite",
      fmt::format("to {} {}, {}", packet.server,
                  packet.at ? to_string(packet.at->address, packet.at->port) : "",
                  packet.mac ? to_string(*packet.mac) : "held until its MAC address is known"));
}

}  // namespace

std::string trace_text(const api::TracedPacket& packet, const std::string& time) {
  return fmt::format("{} worker {} port {}{}: {}, {} bytes\n", time, packet.worker, packet.port,
                     packet.handed_over ? " (from another worker)" : "", packet.packet,
                     packet.length) +
         findings(packet) + rewriting(packet) + line("verdict", packet.verdict);
}

}  // namespace drover::client
