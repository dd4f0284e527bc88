// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/trace_text.h"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace drover::client {
namespace {

std::string line(std::string_view stage, const std::string& text) {
  return fmt::format("  {:<15} {}\n", stage, text);
}

bool asks_for_connection(std::string_view stage) {
  return stage == "look_up" || stage == "schedule" || stage == "steer_fragments" ||
         stage == "relate";
}

std::string words(std::string_view found) {
  if (found == "flow") return "of a flow to a virtual address";
  if (found == "quoted") return "about a flow to a virtual address";
  if (found == "first_fragment") return "first fragment of a flow to a virtual address";
  if (found == "later_fragment") return "later fragment of a datagram to a virtual address";
  if (found == "answered") return "answered";
  if (found == "held") return "held until the server's MAC address is known";
  if (found == "kernel") return "given to the kernel";
  if (found == "taken") return "given to another worker, or kept until more is known";
  return std::string(found);
}

std::string address_of(const api::TracedPacket& packet) {
  return fmt::format("to {}{}{}", packet.server,
                     packet.at ? " " + to_string(packet.at->address, packet.at->port) : "",
                     packet.mac ? ", " + to_string(*packet.mac) : "");
}

std::string entry_text(const api::TracedEntry& entry) {
  return fmt::format("connection {}, {} s left, to {}", entry.state, entry.expires_seconds,
                     entry.server);
}

std::string stage_line(const api::TracedStage& stage, const api::TracedPacket& packet) {
  std::vector<std::string> parts;
  if (stage.found == "addressed")
    parts.push_back(address_of(packet));
  else if (!stage.found.empty())
    parts.push_back(words(stage.found));
  if (stage.entry)
    parts.push_back(entry_text(*stage.entry));
  else if (asks_for_connection(stage.stage))
    parts.emplace_back("no connection");
  if (!stage.verdict.empty() && stage.verdict != stage.found) parts.push_back(stage.verdict);
  return parts.empty() ? "" : line(stage.stage, fmt::format("{}", fmt::join(parts, "; ")));
}

}  // namespace

std::string trace_text(const api::TracedPacket& packet, const std::string& time) {
  std::string text =
      packet.unseen > 0
          ? fmt::format("({} packets in between: no room to tell of)\n", packet.unseen)
          : "";
  text +=
      fmt::format("{} worker {} port {}{}: {}, {} bytes\n", time, packet.worker, packet.port,
                  packet.handed_over ? " (from another worker)" : "", packet.packet, packet.length);
  for (const api::TracedStage& stage : packet.stages) text += stage_line(stage, packet);
  return text + line("verdict", packet.verdict);
}

}  // namespace drover::client
