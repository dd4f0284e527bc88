// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/event_streams.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/control/api_model.h"

namespace drover::control {
namespace {

constexpr std::size_t events_in_a_piece = 128;
// An empty line to those who follow: else neither side would notice that the other has gone.
constexpr std::chrono::seconds sign_of_life{5};

std::optional<std::uint64_t> number(const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

struct EventStreams::Reader {
  ApiStream stream;
  std::uint64_t seen = 0;
  bool follows = false;
  bool writing = false;
};

EventStreams::EventStreams(boost::asio::io_context& loop, EventLog& events)
    : events_(events), life_(loop, [this] { show_life(); }) {
  events_.on_post([this] { pump_all(); });
}

EventStreams::~EventStreams() {
  events_.on_post(nullptr);
}

void EventStreams::serve(const ApiRequest& request, ApiReply reply) {
  std::uint64_t after = 0;
  if (const auto given = request.query.find("after"); given != request.query.end()) {
    const auto parsed = number(given->second);
    if (!parsed)
      return reply.error(400, {"after", "'" + given->second + "' is no event's number",
                               "give the number of the last event that you have, or 0"});
    after = *parsed;
  }
  if (after > events_.last()) after = 0;
  const auto reader = std::make_shared<Reader>(Reader{
      .stream = reply.stream("application/x-ndjson"),
      .seen = after,
      .follows = request.query.contains("follow"),
  });
  if (readers_.empty()) life_.set(std::chrono::steady_clock::now() + sign_of_life);
  readers_.insert(reader);
  pump(reader);
}

void EventStreams::pump(const std::shared_ptr<Reader>& reader) {
  if (reader->writing) return;
  std::string lines;
  for (const api::Event& event : events_.after(reader->seen, events_in_a_piece)) {
    lines += api::encode(event) + '\n';
    reader->seen = event.sequence;
  }
  if (!lines.empty()) return write(reader, std::move(lines));
  if (reader->follows) return;
  reader->stream.end();
  readers_.erase(reader);
}

void EventStreams::write(const std::shared_ptr<Reader>& reader, std::string piece) {
  reader->writing = true;
  reader->stream.write(std::move(piece), [this, reader](bool goes_on) {
    reader->writing = false;
    if (goes_on)
      pump(reader);
    else
      readers_.erase(reader);
  });
}

void EventStreams::pump_all() {
  for (const auto& reader : std::vector(readers_.begin(), readers_.end())) pump(reader);
}

void EventStreams::show_life() {
  for (const auto& reader : readers_)
    if (!reader->writing) write(reader, "\n");
  if (!readers_.empty()) life_.set(std::chrono::steady_clock::now() + sign_of_life);
}

}  // namespace drover::control
