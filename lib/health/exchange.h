// SPDX-License-Identifier: BSD-3-Clause
// A check that opens a socket, says something and judges the answer. One time-out spans all its
// phases; the reason names the one in which it came. A server that sends nothing is unreachable,
// one that sends something else is wrong.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lib/health/channel.h"
#include "lib/health/check_route.h"
#include "lib/health/prober.h"
#include "lib/health/reply_reader.h"

namespace boost::asio {
class io_context;
}

namespace drover::health {

struct Conversation {
  enum class Transport { tcp, udp, icmp };
  Transport transport = Transport::tcp;
  std::function<std::string()> request;                         // null: nothing is said
  std::function<std::unique_ptr<ReplyReader>()> reader;         // null: no answer is awaited
  std::function<std::unique_ptr<Channel>(int socket)> channel;  // null: a plain one
};

// `route` outlives it.
std::unique_ptr<Prober> make_exchange(boost::asio::io_context& loop, CheckRoute& route,
                                      const Subject& subject, Conversation conversation);

}  // namespace drover::health
