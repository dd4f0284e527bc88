// SPDX-License-Identifier: BSD-3-Clause
// Judges what a server sends, as it comes in. A reply is untrusted: a reader keeps a bounded part
// of it and decides at that bound at the latest. Pure: no socket, no clock.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "lib/config/check.h"
#include "lib/health/outcome.h"

namespace drover::health {

class ReplyReader {
 public:
  virtual ~ReplyReader() = default;
  // The next bytes, at least one; none: more are needed.
  virtual std::optional<Outcome> take(std::string_view bytes) = 0;
  // The server has sent all (a datagram: this was it), or the time is up.
  virtual Outcome end() = 0;
};

// Of an HTTP/1 response.
std::unique_ptr<ReplyReader> make_http_reader(const config::HttpCheck& check);
// Of what is sent on a connection or in a datagram.
std::unique_ptr<ReplyReader> make_expect_reader(const config::ExpectCheck& check);
// Of an agent's line.
std::unique_ptr<ReplyReader> make_agent_reader();

}  // namespace drover::health
