// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/trace_streams.h"

#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "lib/datapath/verdict.h"
#include "lib/net/packet_text.h"

namespace drover::control {
namespace {

constexpr std::uint32_t most_packets = 1'000'000;
constexpr std::uint32_t packets_by_default = 10;
constexpr std::size_t records_in_a_piece = 64;
// An empty line: else neither side would notice that the other has gone.
constexpr std::chrono::seconds sign_of_life{5};

std::optional<std::uint32_t> count_of(const ApiRequest& request) {
  const auto given = request.query.find("count");
  if (given == request.query.end()) return packets_by_default;
  const std::string& text = given->second;
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count == 0 ||
      count > most_packets)
    return std::nullopt;
  return count;
}

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace

TraceStreams::TraceStreams(boost::asio::io_context& loop, const Plant& plant,
                           const SnapshotBuilder& services, MacOf mac_of)
    : plant_(plant),
      services_(services),
      mac_of_(std::move(mac_of)),
      life_(loop, [this] { show_life(); }) {}

void TraceStreams::serve(const ApiRequest& request, ApiReply reply) {
  const auto given = request.query.find("filter");
  const auto filter = PacketFilter::parse(given == request.query.end() ? "" : given->second);
  if (!filter) return reply.error(400, filter.error());
  const auto count = count_of(request);
  if (!count) return reply.error(400, {"count", "it is no number from 1 to 1000000", ""});
  if (stream_)
    return reply.error(409, {"", "another trace goes on", "wait for its end, or end it"});
  stream_ = std::make_shared<ApiStream>(reply.stream("application/x-ndjson"));
  left_ = *count;
  writing_ = false;
  order(*filter, *count);
  show_life();
}

// Each worker may send as many; what is too much is passed over.
void TraceStreams::order(const PacketFilter& filter, std::uint32_t count) {
  ++request_;
  for (const PlantWorker& worker : plant_.workers)
    worker.crossing->commands.push({.kind = datapath::WorkerCommand::Kind::trace,
                                    .request = request_,
                                    .trace = {.filter = filter, .count = count}});
}

void TraceStreams::records_arrived() {
  pump();
}

void TraceStreams::pump() {
  if (writing_) return;
  std::string lines = take_records();
  if (!stream_) return;
  if (lines.empty()) {
    if (left_ > 0) return;
    stream_->end();
    return stop();
  }
  writing_ = true;
  stream_->write(std::move(lines), [this, stream = stream_](bool goes_on) {
    if (stream != stream_) return;
    writing_ = false;
    if (goes_on)
      pump();
    else
      stop();
  });
}

// As JSON lines; those of a trace that has ended are thrown away.
std::string TraceStreams::take_records() {
  std::string lines;
  for (std::uint32_t id = 0; id < plant_.workers.size(); ++id) {
    std::array<datapath::TraceRecord, records_in_a_piece> records;
    const unsigned count = plant_.workers[id].crossing->traces.pop_some(records);
    for (const datapath::TraceRecord& record : std::span(records).first(count)) {
      if (!stream_ || record.request != request_ || left_ == 0) continue;
      --left_;
      lines += api::encode(describe(record, id)) + '\n';
    }
  }
  return lines;
}

api::TracedPacket TraceStreams::describe(const datapath::TraceRecord& record,
                                         std::uint32_t worker) const {
  api::TracedPacket packet{.time = seconds_since_1970(),
                           .worker = worker,
                           .port = plant_.ports[record.port].config->name,
                           .handed_over = record.handed_over,
                           .packet = packet_text(std::span(record.bytes).first(record.captured)),
                           .length = record.length,
                           .verdict = record.verdict == datapath::Verdict::taken
                                          ? "taken"
                                          : std::string(datapath::name(record.verdict)),
                           .server = {},
                           .at = {},
                           .mac = {}};
  if (!record.has_destination) return packet;
  for (const ServiceView& service : services_.services())
    for (const ServerView& server : service.servers)
      if (server.id.value() == record.destination) {
        packet.server = server.server.name;
        packet.at = api::Endpoint{server.server.address, service.key.port};
        packet.mac = server.server.mac ? server.server.mac : mac_of_(server.server.address);
      }
  return packet;
}

void TraceStreams::stop() {
  order(PacketFilter(), 0);
  stream_.reset();
}

void TraceStreams::show_life() {
  if (!stream_) return;
  if (!writing_) {
    writing_ = true;
    stream_->write("\n", [this, stream = stream_](bool goes_on) {
      if (stream != stream_) return;
      writing_ = false;
      if (goes_on)
        pump();
      else
        stop();
    });
  }
  life_.set(std::chrono::steady_clock::now() + sign_of_life);
}

}  // namespace drover::control
