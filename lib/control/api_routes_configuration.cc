// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_routes_configuration.h"

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "lib/config/admin_state.h"
#include "lib/config/tree.h"
#include "lib/config/values.h"

namespace drover::control {
namespace {

using config::Running;
using config::YamlNode;

constexpr unsigned created = 201;
constexpr unsigned bad_request = 400;
constexpr unsigned not_found = 404;
constexpr unsigned conflict = 409;
constexpr unsigned unprocessable = 422;

// A request on a service, and perhaps on one of its servers; where there is none of that name, it
// is answered and nothing is left to do.
struct Target {
  std::string service;
  std::string server;
};

std::optional<Target> target_of(const ApiRequest& request, ApiReply& reply,
                                const Running& running) {
  Target target{request.parameters.at("service"), {}};
  const auto service = config::find_service(running.config(), target.service);
  if (!service) {
    reply.error(not_found, service.error());
    return std::nullopt;
  }
  const auto named = request.parameters.find("server");
  if (named == request.parameters.end()) return target;
  target.server = named->second;
  const auto server = config::find_server(running.config(), **service, target.server);
  if (server) return target;
  reply.error(not_found, server.error());
  return std::nullopt;
}

// JSON is YAML, too: a body is read by the file's own strict reader.
std::optional<YamlNode> body_of(const ApiRequest& request, ApiReply& reply) {
  if (!request.body.empty() && api::is_json(request.body))
    if (auto body = config::parse_document(request.body);
        body && body->content->kind == config::Kind::map)
      return *body;
  reply.error(bad_request, {"body", "is no JSON object", "see docs/api.md"});
  return std::nullopt;
}

// The value of the one key that the body must have.
std::optional<std::string> only_key(const ApiRequest& request, ApiReply& reply, const char* key,
                                    bool quoted) {
  const auto body = body_of(request, reply);
  if (!body) return std::nullopt;
  const YamlNode* value = config::find(*body, key);
  if (value != nullptr && body->content->entries.size() == 1 &&
      value->content->kind == config::Kind::scalar && value->content->quoted == quoted)
    return value->content->text;
  reply.error(unprocessable, {"body", std::string("expected the key \"") + key + "\" alone",
                              quoted ? "its value is a string" : "its value is a number"});
  return std::nullopt;
}

void answer(ApiReply reply, const ResultOrErrors<api::Differences>& done, unsigned status = 200) {
  if (done)
    reply.send({.status = status, .body = api::encode(*done)});
  else
    reply.send({.status = unprocessable, .body = api::encode(done.error())});
}

// The same once it is known.
LiveConfiguration::Done answer_with(ApiReply reply) {
  const auto kept = std::make_shared<ApiReply>(std::move(reply));
  return [kept](const ResultOrErrors<api::Differences>& done) { answer(std::move(*kept), done); };
}

class Routes {
 public:
  explicit Routes(LiveConfiguration& live) : live_(live) {}

  void reload(const ApiRequest& request, ApiReply reply) {
    live_.reload(request.who, answer_with(std::move(reply)));
  }
  void reset(const ApiRequest& request, ApiReply reply) {
    answer(std::move(reply), live_.reset(request.who));
  }

  void add_service(const ApiRequest& request, ApiReply reply) {
    const auto body = body_of(request, reply);
    if (!body) return;
    change(request, std::move(reply), config::add_service(live_.running(), *body), created);
  }
  void remove_service(const ApiRequest& request, ApiReply reply) {
    if (const auto target = target_of(request, reply, live_.running()))
      change(request, std::move(reply), config::remove_service(live_.running(), target->service));
  }
  void add_server(const ApiRequest& request, ApiReply reply) {
    const auto target = target_of(request, reply, live_.running());
    if (!target) return;
    const auto body = body_of(request, reply);
    if (!body) return;
    change(request, std::move(reply), config::add_server(live_.running(), target->service, *body),
           created);
  }
  void remove_server(const ApiRequest& request, ApiReply reply) {
    if (const auto target = target_of(request, reply, live_.running()))
      change(request, std::move(reply),
             config::remove_server(live_.running(), target->service, target->server));
  }
  void set_weight(const ApiRequest& request, ApiReply reply) {
    const auto target = target_of(request, reply, live_.running());
    if (!target) return;
    const auto text = only_key(request, reply, "weight", false);
    if (!text) return;
    const auto weight = config::parse_number<std::uint32_t>(*text);
    if (!weight)
      return reply.error(unprocessable, {"weight", "expected a whole number from 0 to 65535", ""});
    change(request, std::move(reply),
           config::set_weight(live_.running(), target->service, target->server, *weight));
  }
  void set_state(const ApiRequest& request, ApiReply reply) {
    const auto target = target_of(request, reply, live_.running());
    if (!target) return;
    const auto text = only_key(request, reply, "state", true);
    if (!text) return;
    const auto state = config::parse_admin_state(*text);
    if (!state)
      return reply.error(unprocessable,
                         {"state", "expected one of enabled, drained, disabled", ""});
    change(request, std::move(reply),
           config::set_state(live_.running(), target->service, target->server, *state));
  }

 private:
  // The operation itself fails where what there is stands against it.
  void change(const ApiRequest& request, ApiReply reply, Result<config::Changes> changes,
              unsigned status = 200) {
    if (!changes) return reply.error(conflict, changes.error());
    answer(std::move(reply), live_.change(std::move(changes), request.who), status);
  }

  LiveConfiguration& live_;
};

}  // namespace

void add_configuration_routes(ApiRouter& router, LiveConfiguration& configuration,
                              std::function<void(const std::string& service)> zero) {
  const auto add = [&](const char* method, const char* path,
                       void (Routes::*handle)(const ApiRequest&, ApiReply)) {
    router.add(method, path, [&configuration, handle](const ApiRequest& request, ApiReply reply) {
      (Routes(configuration).*handle)(request, std::move(reply));
    });
  };
  add("POST", "/v1/reload", &Routes::reload);
  add("POST", "/v1/reset", &Routes::reset);
  add("POST", "/v1/services", &Routes::add_service);
  add("DELETE", "/v1/services/{service}", &Routes::remove_service);
  add("POST", "/v1/services/{service}/servers", &Routes::add_server);
  add("DELETE", "/v1/services/{service}/servers/{server}", &Routes::remove_server);
  add("PUT", "/v1/services/{service}/servers/{server}/weight", &Routes::set_weight);
  add("PUT", "/v1/services/{service}/servers/{server}/state", &Routes::set_state);
  router.add("GET", "/v1/configuration", [&configuration](const ApiRequest&, ApiReply reply) {
    reply.send({.status = 200,
                .body = configuration.running().as_file(),
                .content_type = "application/yaml"});
  });
  router.add("GET", "/v1/configuration/differences",
             [&configuration](const ApiRequest&, ApiReply reply) {
               configuration.differences_from_file(answer_with(std::move(reply)));
             });
  router.add("POST", "/v1/zero", [zero](const ApiRequest&, ApiReply reply) {
    zero({});
    reply.json("{}");
  });
  router.add("POST", "/v1/services/{service}/zero",
             [&configuration, zero](const ApiRequest& request, ApiReply reply) {
               const auto target = target_of(request, reply, configuration.running());
               if (!target) return;
               zero((*config::find_service(configuration.config(), target->service))->name);
               reply.json("{}");
             });
}

}  // namespace drover::control
