// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/connection_lister.h"

#include <array>
#include <chrono>
#include <span>
#include <utility>

#include "lib/control/api_model.h"

namespace drover::control {
namespace {

constexpr std::size_t rows_in_a_piece = 256;

std::string state_of(const datapath::ConnectionRow& row) {
  using Kind = datapath::ConnectionRow::Kind;
  if (row.kind == Kind::assured_template) return "ASSURED";
  return std::string(flow::name(row.state));
}

api::Connection describe(const datapath::ConnectionRow& row, const SnapshotBuilder& services) {
  const ServiceKey& vip = services.vip(row.vip);
  return {.protocol = vip.protocol == config::Protocol::tcp ? "TCP" : "UDP",
          .expires_seconds = row.seconds_left,
          .state = state_of(row),
          .client = {row.client, row.client_port},
          .virtual_service = {vip.address, row.virtual_port},
          .server = {services.server(row.destination), row.virtual_port}};
}

}  // namespace

ConnectionLister::ConnectionLister(boost::asio::io_context& loop, const Plant& plant,
                                   const SnapshotBuilder& services)
    : plant_(plant), services_(services), next_(loop, [this] { begin(); }) {}

void ConnectionLister::list(ApiReply reply) {
  waiting_.push_back(std::move(reply));
  if (!busy_) begin();
}

void ConnectionLister::begin() {
  if (busy_ || waiting_.empty()) return;
  busy_ = true;
  writing_ = false;
  stream_ = std::make_shared<ApiStream>(waiting_.front().stream("application/x-ndjson"));
  waiting_.pop_front();
  ++request_;
  workers_left_ = plant_.workers.size();
  for (const PlantWorker& worker : plant_.workers)
    worker.crossing->commands.push(
        {.kind = datapath::WorkerCommand::Kind::list_connections, .request = request_});
}

// Takes rows only while the client reads: the workers then wait with the rest. When the client has
// gone, what the workers still send is taken and thrown away.
void ConnectionLister::pump() {
  while (busy_ && !writing_) {
    std::string text;
    const std::size_t rows = take_rows(text);
    if (!text.empty() && stream_) {
      writing_ = true;
      stream_->write(std::move(text), [this](bool goes_on) {
        writing_ = false;
        if (!goes_on) stream_.reset();
        pump();
      });
      return;
    }
    if (workers_left_ == 0) {
      finish();
      return;
    }
    if (rows == 0) return;
  }
}

std::size_t ConnectionLister::take_rows(std::string& text) {
  std::size_t taken = 0;
  for (const PlantWorker& worker : plant_.workers) {
    std::array<datapath::ConnectionRow, rows_in_a_piece> rows;
    const unsigned count = worker.crossing->rows.pop_some(rows);
    taken += count;
    for (const datapath::ConnectionRow& row : std::span(rows).first(count)) {
      if (row.is_end != 0)
        --workers_left_;
      else if (stream_)
        text += api::encode(describe(row, services_)) + '\n';
    }
  }
  return taken;
}

void ConnectionLister::finish() {
  if (stream_) stream_->end();
  stream_.reset();
  busy_ = false;
  if (!waiting_.empty()) next_.set(std::chrono::steady_clock::now());
}

}  // namespace drover::control
