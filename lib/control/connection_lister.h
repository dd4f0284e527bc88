// SPDX-License-Identifier: BSD-3-Clause
// Answers GET /v1/connections: asks every worker for its rows and streams them, one request after
// the other. Control thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "lib/control/api_reply.h"
#include "lib/control/event_source.h"
#include "lib/control/plant.h"
#include "lib/control/snapshot_builder.h"

namespace drover::control {

class ConnectionLister {
 public:
  ConnectionLister(boost::asio::io_context& loop, const Plant& plant,
                   const SnapshotBuilder& services);

  void list(ApiReply reply);
  // Rows may have come; after the doorbell.
  void rows_arrived() { pump(); }

 private:
  void begin();
  void pump();
  std::size_t take_rows(std::string& text);
  void finish();

  const Plant& plant_;
  const SnapshotBuilder& services_;
  Alarm next_;  // begins the next request outside of the last one's callbacks
  std::deque<ApiReply> waiting_;
  std::shared_ptr<ApiStream> stream_;  // of the request under way; null once its client has gone
  bool busy_ = false;
  bool writing_ = false;
  std::uint32_t request_ = 0;
  std::size_t workers_left_ = 0;
};

}  // namespace drover::control
