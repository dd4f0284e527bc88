// SPDX-License-Identifier: BSD-3-Clause
// Answers GET /v1/events: what is kept, and with `follow` each new event as it comes. Control
// thread only.
#pragma once

#include <memory>
#include <set>

#include "lib/control/api_reply.h"
#include "lib/control/event_log.h"
#include "lib/control/event_source.h"

namespace drover::control {

class EventStreams {
 public:
  // Takes the log's on_post(); the log outlives this.
  EventStreams(boost::asio::io_context& loop, EventLog& events);
  EventStreams(const EventStreams&) = delete;
  EventStreams& operator=(const EventStreams&) = delete;
  ~EventStreams();

  void serve(const ApiRequest& request, ApiReply reply);

 private:
  struct Reader;
  void pump(const std::shared_ptr<Reader>& reader);
  void write(const std::shared_ptr<Reader>& reader, std::string piece);
  void pump_all();
  void show_life();

  EventLog& events_;
  Alarm life_;
  std::set<std::shared_ptr<Reader>> readers_;
};

}  // namespace drover::control
