// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/trace_encoder.h"

#include <array>
#include <string_view>

#include "lib/control/observed_server.h"
#include "lib/net/packet_text.h"

namespace drover::control {
namespace {

using datapath::Role;
using datapath::Stage;
using datapath::StageNote;
using datapath::TraceRecord;
using datapath::Verdict;

constexpr std::array<std::string_view, datapath::stage_count> stage_names = {
    "parse", "classify", "look_up", "schedule", "steer_fragments", "relate", "rewrite", "settle"};

std::string word(Verdict verdict) {
  if (verdict == Verdict::pending) return "";
  if (verdict == Verdict::taken) return "taken";
  return std::string(datapath::name(verdict));
}

std::string kind_of(const TraceRecord& record) {
  if (record.fault != FrameFault::none)
    return std::string(datapath::name(datapath::verdict_of(record.fault)));
  switch (record.frame_kind) {
    case FrameKind::arp:
      return "arp";
    case FrameKind::ipv4:
      return "ipv4";
    case FrameKind::ipv6:
      return "ipv6";
    case FrameKind::other:
      break;
  }
  return "other";
}

std::string role_of(const TraceRecord& record) {
  if (!record.has_flow) return "";
  switch (record.role) {
    case Role::flow:
      return "flow";
    case Role::quoted:
      return "quoted";
    case Role::first_fragment:
      return "first_fragment";
    case Role::later_fragment:
      break;
  }
  return "later_fragment";
}

std::string made_by_rewrite(Verdict verdict) {
  if (datapath::is_forwarded(verdict)) return "addressed";
  return datapath::is_answered(verdict) ? "answered" : "";
}

std::string end_of(Verdict verdict) {
  if (datapath::is_forwarded(verdict) || datapath::is_answered(verdict)) return "sent";
  if (verdict == Verdict::held) return "held";
  if (verdict == Verdict::to_kernel) return "kernel";
  return verdict == Verdict::taken ? "taken" : "dropped";
}

std::string found_by(Stage stage, const TraceRecord& record, Verdict verdict) {
  switch (stage) {
    case Stage::parse:
      return kind_of(record);
    case Stage::classify:
      return role_of(record);
    case Stage::rewrite:
      return made_by_rewrite(verdict);
    case Stage::settle:
      return end_of(verdict);
    default:
      return "";
  }
}

}  // namespace

std::string TraceEncoder::packet(const datapath::FrameRecord& record,
                                 std::span<const std::uint8_t> bytes, std::uint32_t worker,
                                 std::uint64_t unseen) {
  api::TracedPacket packet{
      .time = static_cast<double>(time_.since_1970(record.time)) / 1e9,
      .worker = worker,
      .port = plant_.ports[record.port].config->name,
      .handed_over = record.handed_over,
      .packet = packet_text(bytes),
      .length = record.length,
      .verdict = word(record.verdict),
      .server = {},
      .at = {},
      .mac = {},
      .unseen = unseen,
      .stages = stages(static_cast<const TraceRecord&>(record)),
  };
  if (record.has_destination) {
    const ObservedServer server = observed_server(services_, mac_of_, record.destination);
    packet.server = server.name;
    packet.at = server.at;
    packet.mac = server.mac;
  }
  return api::encode(packet) + '\n';
}

std::vector<api::TracedStage> TraceEncoder::stages(const TraceRecord& record) const {
  std::vector<api::TracedStage> stages;
  Verdict before = Verdict::pending;
  for (std::size_t i = 0; i < record.notes.size(); ++i) {
    const StageNote& note = record.notes[i];
    if (!note.was_there) continue;
    api::TracedStage stage{.stage = std::string(stage_names[i]),
                           .found = found_by(static_cast<Stage>(i), record, note.verdict),
                           .entry = {},
                           .server = note.has_destination ? name_of(note.destination) : "",
                           .verdict = note.verdict == before ? "" : word(note.verdict)};
    if (note.has_entry)
      stage.entry = api::TracedEntry{.state = std::string(flow::name(note.entry_state)),
                                     .expires_seconds = note.entry_seconds_left,
                                     .server = name_of(note.entry_destination)};
    before = note.verdict;
    stages.push_back(std::move(stage));
  }
  return stages;
}

std::string TraceEncoder::name_of(std::uint32_t destination) const {
  return observed_server(services_, mac_of_, destination).name;
}

}  // namespace drover::control
