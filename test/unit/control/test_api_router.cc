// SPDX-License-Identifier: BSD-3-Clause
#include <optional>
#include <string>

#include "lib/control/api_router.h"
#include "lib/control/api_target.h"
#include "test/unit/catch.h"

namespace drover::control {
namespace {

struct Seen {
  std::optional<ApiResponse> response;
  std::string stream_type;
  bool ended = false;
  bool abandoned = false;
};

class Recorder : public ApiExchange {
 public:
  explicit Recorder(Seen& seen) : seen_(seen) {}
  void send(ApiResponse response) override { seen_.response = std::move(response); }
  void begin(std::string content_type) override { seen_.stream_type = std::move(content_type); }
  void write(std::string, std::function<void(bool)>) override {}
  void end() override { seen_.ended = true; }
  void abandon() override { seen_.abandoned = true; }

 private:
  Seen& seen_;
};

Seen ask(const ApiRouter& router, const std::string& method, const std::string& path) {
  Seen seen;
  ApiRequest request;
  request.method = method;
  request.path = path;
  router(std::move(request), ApiReply(std::make_unique<Recorder>(seen)));
  return seen;
}

ApiRouter some_router() {
  ApiRouter router;
  router.add("GET", "/v1/status", [](const ApiRequest&, ApiReply reply) { reply.json("{}"); });
  router.add("GET", "/v1/both", [](const ApiRequest&, ApiReply reply) { reply.json("1"); });
  router.add("POST", "/v1/both", [](const ApiRequest&, ApiReply reply) { reply.json("2"); });
  return router;
}

TEST_CASE("a request finds its handler by path and method") {
  const auto router = some_router();
  REQUIRE(ask(router, "GET", "/v1/status").response->body == "{}");
  REQUIRE(ask(router, "GET", "/v1/both").response->body == "1");
  REQUIRE(ask(router, "POST", "/v1/both").response->body == "2");
}

TEST_CASE("a segment in braces stands for any text, a whole path goes before it") {
  ApiRouter router;
  router.add("GET", "/v1/services/{service}", [](const ApiRequest& request, ApiReply reply) {
    reply.json("service " + request.parameters.at("service"));
  });
  router.add("DELETE", "/v1/services/{service}/servers/{server}",
             [](const ApiRequest& request, ApiReply reply) {
               reply.json(request.parameters.at("service") + "/" + request.parameters.at("server"));
             });
  router.add("GET", "/v1/services/known",
             [](const ApiRequest&, ApiReply reply) { reply.json("the known one"); });
  REQUIRE(ask(router, "GET", "/v1/services/web").response->body == "service web");
  REQUIRE(ask(router, "GET", "/v1/services/192.0.2.10:80").response->body ==
          "service 192.0.2.10:80");
  REQUIRE(ask(router, "GET", "/v1/services/known").response->body == "the known one");
  REQUIRE(ask(router, "DELETE", "/v1/services/web/servers/a").response->body == "web/a");
  for (const char* path : {"/v1/services", "/v1/services/", "/v1/services/web/servers",
                           "/v1/services/web/servers/", "/v1/services/web/servers/a/b"})
    REQUIRE(ask(router, "GET", path).response->status == 404);
  REQUIRE(ask(router, "GET", "/v1/services/web/servers/a").response->status == 405);
}

TEST_CASE("an unknown path is a 404") {
  for (const char* path : {"/", "/v1", "/v1/status/", "/v1/statu"}) {
    const auto seen = ask(some_router(), "GET", path);
    REQUIRE(seen.response->status == 404);
    REQUIRE(seen.response->body.starts_with(R"({"error":{)"));
  }
}

TEST_CASE("another method is a 405 that names those possible") {
  const auto seen = ask(some_router(), "DELETE", "/v1/both");
  REQUIRE(seen.response->status == 405);
  REQUIRE(seen.response->allow == "GET, POST");
}

TEST_CASE("a reply that is dropped is a 500") {
  ApiRouter router;
  router.add("GET", "/", [](const ApiRequest&, const ApiReply&) {});
  REQUIRE(ask(router, "GET", "/").response->status == 500);
}

TEST_CASE("a stream is ended or abandoned") {
  ApiRouter router;
  router.add("GET", "/end",
             [](const ApiRequest&, ApiReply reply) { reply.stream("text/plain").end(); });
  router.add("GET", "/drop", [](const ApiRequest&, ApiReply reply) { reply.stream("text/plain"); });
  const auto ended = ask(router, "GET", "/end");
  REQUIRE(ended.stream_type == "text/plain");
  REQUIRE((ended.ended && !ended.abandoned && !ended.response));
  const auto dropped = ask(router, "GET", "/drop");
  REQUIRE((dropped.abandoned && !dropped.ended && !dropped.response));
}

TEST_CASE("a target is taken apart") {
  const auto target = parse_target("/v1/x%20y?protocol=tcp&client=2001%3adb8::1&flag&a=b=c&q=1+2");
  REQUIRE(target);
  REQUIRE(target->path == "/v1/x y");
  REQUIRE(target->query ==
          std::map<std::string, std::string, std::less<>>{{"protocol", "tcp"},
                                                          {"client", "2001:db8::1"},
                                                          {"flag", ""},
                                                          {"a", "b=c"},
                                                          {"q", "1 2"}});
  REQUIRE(parse_target("/")->query.empty());
  REQUIRE(parse_target("/?&&=x")->query.empty());
}

TEST_CASE("a malformed target is none") {
  for (const char* target : {"", "*", "v1", "http://x/", "/%", "/%4", "/%4x", "/%-1", "/?a=%zz"})
    REQUIRE_FALSE(parse_target(target));
}

}  // namespace
}  // namespace drover::control
