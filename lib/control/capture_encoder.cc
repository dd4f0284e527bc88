// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/capture_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "lib/control/observed_server.h"
#include "lib/net/pcapng.h"
#include "lib/net/wire.h"
#include "version.h"

namespace drover::control {
namespace {

using datapath::FrameRecord;
using datapath::Verdict;

constexpr unsigned worker_shift = 48;  // in a packet's id

}  // namespace

std::string CaptureEncoder::begin() {
  std::string file = pcapng::section_header(fmt::format("drover {}", version));
  for (const PlantPort& port : plant_.ports)
    file += pcapng::interface_description(port.config->name, most_bytes_);
  return file;
}

std::string CaptureEncoder::packet(const FrameRecord& record, std::span<const std::uint8_t> bytes,
                                   std::uint32_t worker, std::uint64_t unseen) {
  ++received_[record.port];
  unseen_ += unseen;
  const bool sent = record.kind == FrameRecord::Kind::sent;
  // It was copied before it was padded.
  std::array<std::uint8_t, shortest_frame> padded{};
  const bool is_short = sent && record.length < shortest_frame;
  if (is_short && bytes.size() == record.length) {
    std::ranges::copy(bytes, padded.begin());
    bytes = std::span(padded).first(std::min<std::size_t>(padded.size(), most_bytes_));
  }
  return pcapng::enhanced_packet(
      {.interface = record.port,
       .time = time_.since_1970(record.time),
       .bytes = bytes,
       .length = is_short ? shortest_frame : record.length,
       .direction = sent ? pcapng::Direction::outbound : pcapng::Direction::inbound,
       .dropped = unseen,
       .id = std::uint64_t{worker} << worker_shift | record.number,
       .comment = comment_on(record)});
}

std::string CaptureEncoder::comment_on(const FrameRecord& record) const {
  std::string text =
      record.verdict == Verdict::taken ? "taken" : std::string(datapath::name(record.verdict));
  if (record.has_destination) {
    const ObservedServer server = observed_server(services_, mac_of_, record.destination);
    text += ": " + server.name;
    if (server.at) text += " " + to_string(server.at->address, server.at->port);
  }
  return record.handed_over ? text + ", from another worker" : text;
}

// Of which interface a frame is that found no room, nobody notes.
std::string CaptureEncoder::statistics(std::uint64_t unseen) const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto time = static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
  std::string file;
  for (std::uint32_t port = 0; port < received_.size(); ++port) {
    const std::uint64_t dropped = port == 0 ? unseen_ + unseen : 0;
    file += pcapng::interface_statistics(
        {.interface = port, .received = received_[port] + dropped, .dropped = dropped}, time,
        dropped > 0 && received_.size() > 1 ? "what was dropped is of all interfaces" : "");
  }
  return file;
}

}  // namespace drover::control
