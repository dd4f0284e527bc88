// SPDX-License-Identifier: BSD-3-Clause
// Answers GET /v1/trace: what became of the packets that match a filter. One trace at a time; the
// workers do not wait for it. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "lib/control/api_model.h"
#include "lib/control/api_reply.h"
#include "lib/control/event_source.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"

namespace drover::control {

class TraceStreams {
 public:
  TraceStreams(boost::asio::io_context& loop, const Plant& plant, const SnapshotBuilder& services,
               MacOf mac_of);
  TraceStreams(const TraceStreams&) = delete;
  TraceStreams& operator=(const TraceStreams&) = delete;

  // ?filter=TEXT (PacketFilter's), ?count=NUMBER (of packets, by default 10).
  void serve(const ApiRequest& request, ApiReply reply);
  // The doorbell rang.
  void records_arrived();

 private:
  void order(const PacketFilter& filter, std::uint32_t count);
  void pump();
  std::string take_records();
  api::TracedPacket describe(const datapath::TraceRecord& record, std::uint32_t worker) const;
  void stop();
  void show_life();

  const Plant& plant_;
  const SnapshotBuilder& services_;
  MacOf mac_of_;
  Alarm life_;
  std::shared_ptr<ApiStream> stream_;  // of the trace that goes on; null: none
  std::uint32_t request_ = 0;
  std::uint32_t left_ = 0;
  bool writing_ = false;
};

}  // namespace drover::control
