// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/make_prober.h"

#include <fmt/format.h>

#include "lib/health/exchange.h"
#include "lib/health/http_request.h"
#include "lib/health/icmp_echo.h"
#include "lib/health/program.h"
#include "lib/health/tls.h"

namespace drover::health {
namespace {

class Unable final : public Prober {
 public:
  explicit Unable(std::string reason) : reason_(std::move(reason)) {}
  void start(std::chrono::milliseconds, Finished finished) override { finished(wrong(reason_)); }

 private:
  std::string reason_;
};

struct Maker {
  boost::asio::io_context& loop;
  CheckRoute& route;
  const Subject& subject;

  std::unique_ptr<Prober> exchange(Conversation conversation) const {
    return make_exchange(loop, route, subject, std::move(conversation));
  }

  std::unique_ptr<Prober> operator()(const config::TcpCheck&) const {
    return exchange({.request = {}, .reader = {}, .channel = {}});
  }

  std::unique_ptr<Prober> operator()(const config::HttpCheck& check) const {
    Conversation conversation{.request = [text = http_request(check, subject)] { return text; },
                              .reader = [check] { return make_http_reader(check); },
                              .channel = {}};
    if (check.tls) {
      auto context = TlsContext::make({.sni = check.sni,
                                       .verify = check.verify,
                                       .name = check.sni.empty() ? check.host : check.sni,
                                       .ca_file = check.ca_file});
      if (!context) return std::make_unique<Unable>(to_string(context.error()));
      conversation.channel = [context = std::move(*context)](int socket) {
        return context.channel(socket);
      };
    }
    return exchange(std::move(conversation));
  }

  std::unique_ptr<Prober> operator()(const config::ExpectCheck& check) const {
    return exchange(
        {.transport = check.udp ? Conversation::Transport::udp : Conversation::Transport::tcp,
         .request = [text = check.send] { return text; },
         .reader = [check] { return make_expect_reader(check); },
         .channel = {}});
  }

  std::unique_ptr<Prober> operator()(const config::ScriptCheck& check) const {
    return make_program(
        loop, subject,
        {.command = check.command, .user = check.user, .reader = {}, .output = check.output});
  }

  std::unique_ptr<Prober> operator()(const config::AgentCheck& check) const {
    if (!check.command.empty())
      return make_program(loop, subject,
                          {.command = check.command,
                           .user = check.user,
                           .reader = [] { return make_agent_reader(); },
                           .output = {}});
    return exchange({.request = [text = check.send] { return text; },
                     .reader = [] { return make_agent_reader(); },
                     .channel = {}});
  }

  std::unique_ptr<Prober> operator()(const config::PingCheck&) const {
    const bool v6 = subject.server.is_v6();
    // Replies to others' requests pass by: the socket is connected, and an identifier is its
    // subject's.
    const auto hash = std::hash<IpAddress>()(subject.server);
    const auto id = std::make_shared<EchoId>(EchoId{static_cast<std::uint16_t>(hash), 0});
    return exchange({.transport = Conversation::Transport::icmp,
                     .request =
                         [id, v6] {
                           ++id->sequence;
                           return echo_request(*id, v6);
                         },
                     .reader = [id, v6] { return make_echo_reader(*id, v6); },
                     .channel = {}});
  }
};

}  // namespace

std::unique_ptr<Prober> make_prober(boost::asio::io_context& loop, CheckRoute& route,
                                    const WatchedCheck& watched) {
  return std::visit(Maker{loop, route, watched.subject}, watched.check.kind);
}

}  // namespace drover::health
