// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/packet_streams.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <utility>

#include "lib/control/capture_encoder.h"
#include "lib/control/trace_encoder.h"
#include "lib/net/packet_filter.h"

namespace drover::control {
namespace {

using Kind = datapath::ObservationOrder::Kind;

constexpr std::uint64_t most_packets = 1'000'000;
constexpr std::uint64_t traced_by_default = 10;
constexpr std::uint32_t traced_bytes = 128;  // enough for the headers
constexpr std::uint64_t longest_frame = 65'535;

std::string text_of(const ApiRequest& request, std::string_view name) {
  const auto given = request.query.find(name);
  return given == request.query.end() ? "" : given->second;
}

// From 1 to `most`.
Result<std::uint64_t> number_of(const ApiRequest& request, const std::string& name,
                                std::uint64_t most, std::uint64_t by_default) {
  const auto given = request.query.find(name);
  if (given == request.query.end()) return by_default;
  const std::string& text = given->second;
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0 || number > most)
    return failure(name, fmt::format("it is no number from 1 to {}", most));
  return number;
}

Result<Observations::Wanted> wanted_of(const ApiRequest& request, Kind kind) {
  const bool traces = kind == Kind::trace;
  const auto filter = PacketFilter::parse(text_of(request, "filter"));
  if (!filter) return tl::unexpected(filter.error());
  const auto count =
      number_of(request, "count", most_packets, traces ? traced_by_default : UINT64_MAX);
  if (!count) return tl::unexpected(count.error());
  const auto most_bytes =
      number_of(request, "snaplen", longest_frame, traces ? traced_bytes : longest_frame);
  if (!most_bytes) return tl::unexpected(most_bytes.error());
  return Observations::Wanted{
      .filter = *filter,
      .kind = kind,
      .count = *count,
      .most_bytes = static_cast<std::uint32_t>(*most_bytes),
      .who = fmt::format("a {} of {}", traces ? "trace" : "capture", request.who)};
}

}  // namespace

PacketStreams::PacketStreams(boost::asio::io_context& loop, const Plant& plant,
                             const SnapshotBuilder& services, MacOf mac_of)
    : loop_(loop),
      plant_(plant),
      services_(services),
      mac_of_(std::move(mac_of)),
      observations_(plant) {}

void PacketStreams::trace(const ApiRequest& request, ApiReply reply) {
  const auto wanted = wanted_of(request, Kind::trace);
  if (!wanted) return reply.error(400, wanted.error());
  std::make_shared<PacketStream>(loop_, observations_,
                                 std::make_unique<TraceEncoder>(plant_, services_, mac_of_))
      ->begin(*wanted, std::move(reply));
}

void PacketStreams::capture(const ApiRequest& request, ApiReply reply) {
  if (!request.is_root)
    return reply.error(403, {"", "packets are captured for root alone, on droverd's own socket",
                             "run drover as root, on this host"});
  const auto wanted = wanted_of(request, Kind::capture);
  if (!wanted) return reply.error(400, wanted.error());
  std::erase_if(captures_, [](const auto& each) { return each.second.expired(); });
  const auto stream = std::make_shared<PacketStream>(
      loop_, observations_,
      std::make_unique<CaptureEncoder>(plant_, services_, mac_of_, wanted->most_bytes));
  captures_.emplace(text_of(request, "name"), stream);
  stream->begin(*wanted, std::move(reply));
}

void PacketStreams::end_capture(const ApiRequest& request, ApiReply reply) {
  if (!request.is_root) return reply.error(403, {"", "it takes root to end a capture", ""});
  const auto [first, last] = captures_.equal_range(text_of(request, "name"));
  if (first == last) return reply.error(404, {"name", "there is no such capture", ""});
  for (auto each = first; each != last; ++each)
    if (const auto stream = each->second.lock()) stream->end();
  captures_.erase(first, last);
  reply.json("{}");
}

void add_packet_routes(ApiRouter& router, const std::function<PacketStreams&()>& streams) {
  router.add("GET", "/v1/trace", [streams](const ApiRequest& request, ApiReply reply) {
    streams().trace(request, std::move(reply));
  });
  router.add("GET", "/v1/capture", [streams](const ApiRequest& request, ApiReply reply) {
    streams().capture(request, std::move(reply));
  });
  router.add("DELETE", "/v1/capture", [streams](const ApiRequest& request, ApiReply reply) {
    streams().end_capture(request, std::move(reply));
  });
}

}  // namespace drover::control
