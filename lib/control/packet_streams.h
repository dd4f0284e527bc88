// SPDX-License-Identifier: BSD-3-Clause
// Traces and captures. Control thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "lib/control/api_router.h"
#include "lib/control/observations.h"
#include "lib/control/packet_stream.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"

namespace drover::control {

class PacketStreams {
 public:
  // What it refers to outlives it. EAL has been initialised.
  PacketStreams(boost::asio::io_context& loop, const Plant& plant, const SnapshotBuilder& services,
                MacOf mac_of);

  // ?filter=TEXT (PacketFilter's), ?count=NUMBER (of packets, by default 10).
  void trace(const ApiRequest& request, ApiReply reply);
  // ?filter=TEXT, ?count=NUMBER (of packets, by default without end), ?snaplen=NUMBER (of bytes).
  // For root on the Unix socket.
  void capture(const ApiRequest& request, ApiReply reply);
  // Ends the captures of ?name=TEXT as if they had their count.
  void end_capture(const ApiRequest& request, ApiReply reply);

  // The doorbell rang. True: ring it again.
  bool records_arrived() { return observations_.records_arrived(); }

 private:
  boost::asio::io_context& loop_;
  const Plant& plant_;
  const SnapshotBuilder& services_;
  MacOf mac_of_;
  Observations observations_;
  std::multimap<std::string, std::weak_ptr<PacketStream>, std::less<>> captures_;
};

// `streams` is called once the workers run.
void add_packet_routes(ApiRouter& router, const std::function<PacketStreams&()>& streams);

}  // namespace drover::control
