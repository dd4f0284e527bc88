// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/metrics_endpoint.h"

#include <memory>
#include <utility>

#include "lib/control/api_router.h"
#include "lib/metrics/exposition.h"

namespace drover::control {
namespace {

// Lives until the last piece is written or the client has gone.
class Scrape : public std::enable_shared_from_this<Scrape> {
 public:
  Scrape(metrics::Facts facts, ApiStream stream)
      : exposition_(std::move(facts)), stream_(std::move(stream)) {}

  void write_next() {
    auto piece = exposition_.next();
    if (!piece) return stream_.end();
    stream_.write(std::move(*piece), [self = shared_from_this()](bool more) {
      if (more) self->write_next();
    });
  }

 private:
  metrics::Exposition exposition_;
  ApiStream stream_;
};

ApiHandler answer_from(std::function<std::string()> complaint) {
  return [complaint = std::move(complaint)](const ApiRequest&, ApiReply reply) {
    const std::string why_not = complaint();
    reply.send({.status = why_not.empty() ? 200U : 503U,
                .body = (why_not.empty() ? "ok" : why_not) + "\n",
                .content_type = "text/plain; charset=utf-8"});
  };
}

}  // namespace

Result<MetricsEndpoint> MetricsEndpoint::open(boost::asio::io_context& loop,
                                              const config::Listen& listen, Sources sources) {
  ApiRouter router;
  router.add("GET", "/metrics",
             [facts = std::move(sources.facts)](const ApiRequest&, ApiReply reply) {
               std::make_shared<Scrape>(facts(), reply.stream(metrics::exposition_content_type))
                   ->write_next();
             });
  router.add("GET", "/healthz", answer_from(std::move(sources.sickness)));
  router.add("GET", "/readyz", answer_from(std::move(sources.unreadiness)));
  ApiServer::Limits limits;
  limits.connections = 8;
  limits.write_timeout = std::chrono::seconds(10);  // a scraper reads at once
  auto server = ApiServer::listen(loop, listen.address, listen.port, std::move(router), limits);
  if (!server) return tl::unexpected(server.error());
  return MetricsEndpoint(std::move(*server));
}

}  // namespace drover::control
