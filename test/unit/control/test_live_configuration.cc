// SPDX-License-Identifier: BSD-3-Clause
// Reload and changes through the API's routes, on a data path that only remembers.
#include <fstream>
#include <optional>

#include "lib/config/load.h"
#include "lib/control/api_routes_configuration.h"
#include "lib/control/live_configuration.h"
#include "test/unit/catch.h"
#include "test/unit/temporary_directory.h"

namespace drover::control {
namespace {

const std::string text =
    "ports: [{name: front, driver: af_xdp, device: eth0}]\n"
    "pools: {nginx: {servers: [{name: a, address: 192.0.2.21}, {name: b, address: 192.0.2.22}]}}\n"
    "services: [{name: web, address: 192.0.2.10, ports: [80], pool: nginx}]\n";

class Recorder : public ApiExchange {
 public:
  explicit Recorder(std::optional<ApiResponse>& seen) : seen_(seen) {}
  void send(ApiResponse response) override { seen_ = std::move(response); }
  void begin(std::string) override {}
  void write(std::string, std::function<void(bool)>) override {}
  void end() override {}
  void abandon() override {}

 private:
  std::optional<ApiResponse>& seen_;
};

struct Fixture {
  TemporaryDirectory directory;
  std::string path = directory.path() / "drover.yaml";
  EventLog events{100, [] { return EventLog::WallTime(); }};
  std::optional<config::Config> acted_on;
  std::optional<Error> refuses;
  std::string zeroed = "nothing";
  std::optional<LiveConfiguration> live;
  ApiRouter router;

  Fixture() {
    write(text);
    const config::WhichNode which{.option = {}, .host_name = "lb1"};
    auto loaded = config::load(path, which.option, which.host_name);
    REQUIRE(loaded);
    live.emplace(
        config::Running(*loaded, which),
        [this](const config::Config& config) -> Result<void> {
          if (refuses) return tl::unexpected(*refuses);
          acted_on = config;
          return {};
        },
        events);
    add_configuration_routes(router, *live, [this](const std::string& name) { zeroed = name; });
  }

  void write(const std::string& content) const { std::ofstream(path) << content; }

  ApiResponse ask(const std::string& method, const std::string& target,
                  const std::string& body = {}) {
    std::optional<ApiResponse> seen;
    router({.method = method, .path = target, .query = {}, .body = body, .who = "uid 0, pid 1"},
           ApiReply(std::make_unique<Recorder>(seen)));
    REQUIRE(seen);
    return *seen;
  }
  unsigned status(const std::string& method, const std::string& target,
                  const std::string& body = {}) {
    return ask(method, target, body).status;
  }
  std::vector<std::string> told() const {
    std::vector<std::string> lines;
    for (const api::Event& event : events.after(0, 100)) lines.push_back(event.text);
    return lines;
  }
};

}  // namespace

TEST_CASE("a good file is acted on as one", "[control]") {
  Fixture it;
  it.write(text + "refusals: 5\n");
  const auto answer = it.ask("POST", "/v1/reload");
  REQUIRE(answer.status == 200);
  REQUIRE(it.acted_on);
  CHECK(it.acted_on->refusals == 5);
  const auto done = api::decode_differences(answer.body);
  REQUIRE(done);
  CHECK(done->differences == std::vector<api::Difference>{{"refusals", std::nullopt, "5"}});
  CHECK(it.live->report().reloads_succeeded == 1);
  CHECK(it.live->report().matches_file);
  CHECK(it.told() ==
        std::vector<std::string>{"reloaded (uid 0, pid 1): 1 difference: refusals: not set -> 5"});
}

TEST_CASE("a bad file changes nothing and is told of with all its errors", "[control]") {
  Fixture it;
  it.write(text + "refusal: 5\nworkers: x\n");
  const auto answer = it.ask("POST", "/v1/reload");
  CHECK(answer.status == 422);
  const Errors errors = api::decode_errors(answer.body);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].where == it.path + ":4:1");
  CHECK(errors[1].where == it.path + ":5:10");
  CHECK_FALSE(it.acted_on);
  CHECK_FALSE(it.live->report().matches_file);
  CHECK(it.live->report().reloads_failed == 1);
  CHECK(it.live->report().errors.size() == 2);
  it.write(text);
  CHECK(it.status("POST", "/v1/reload") == 200);
  CHECK(it.live->report().matches_file);
}

TEST_CASE("what cannot be acted on changes nothing", "[control]") {
  Fixture it;
  it.refuses = Error{"services.web", "the VIP is this host's", "ip address del"};
  CHECK(it.status("PUT", "/v1/services/web/servers/a/weight", R"({"weight": 3})") == 422);
  CHECK(it.live->report().changes == 0);
  CHECK(it.status("POST", "/v1/reload") == 422);
  CHECK_FALSE(it.live->report().matches_file);
}

TEST_CASE("servers are changed, marked and reset", "[control]") {
  Fixture it;
  CHECK(it.status("PUT", "/v1/services/web/servers/a/weight", R"({"weight": 3})") == 200);
  CHECK(it.status("PUT", "/v1/services/192.0.2.10:80/servers/192.0.2.22/state",
                  R"({"state": "drained"})") == 200);
  CHECK(it.acted_on->pools.at("nginx").servers[1].share() == 0);
  CHECK(it.live->is_changed("web", *IpAddress::parse("192.0.2.21")));
  CHECK(it.live->report().changes == 2);
  CHECK_FALSE(it.live->report().matches_file);
  CHECK(it.status("POST", "/v1/reload") == 200);
  CHECK(it.live->report().changes == 2);
  const auto differences =
      api::decode_differences(it.ask("GET", "/v1/configuration/differences").body);
  REQUIRE(differences->differences.size() == 2);
  CHECK(it.ask("GET", "/v1/configuration").body.find("weight: 3") != std::string::npos);
  CHECK(it.status("POST", "/v1/reset") == 200);
  CHECK_FALSE(it.live->is_changed("web", *IpAddress::parse("192.0.2.21")));
  CHECK(it.live->report().matches_file);
}

TEST_CASE("requests that make no sense have their status", "[control]") {
  Fixture it;
  const std::string server = "/v1/services/web/servers/a";
  CHECK(it.status("PUT", "/v1/services/wbe/servers/a/weight", R"({"weight": 3})") == 404);
  CHECK(it.status("PUT", "/v1/services/web/servers/x/weight", R"({"weight": 3})") == 404);
  CHECK(it.status("PUT", server + "/weight", "") == 400);
  CHECK(it.status("PUT", server + "/weight", "weight: 3") == 400);
  CHECK(it.status("PUT", server + "/weight", R"({"weight": "3"})") == 422);
  CHECK(it.status("PUT", server + "/weight", R"({"weight": 3, "x": 1})") == 422);
  CHECK(it.status("PUT", server + "/weight", R"({"weight": 65536})") == 409);
  CHECK(it.status("PUT", server + "/state", R"({"state": "gone"})") == 422);
  CHECK(it.status("GET", server + "/state") == 405);
  CHECK(it.status("POST", "/v1/services/web/servers", R"({"address": "192.0.2.21"})") == 409);
  CHECK(it.status("POST", "/v1/services/web/servers", R"({"address": "192.0.2.29"})") == 201);
  CHECK(it.status("POST", "/v1/services", R"({"name": "m"})") == 422);
  CHECK(it.status("DELETE", "/v1/services/web") == 409);
  CHECK(it.status("DELETE", server) == 200);
  CHECK(it.status("POST", "/v1/services/web/zero") == 200);
  CHECK(it.zeroed == "web");
  CHECK(it.status("POST", "/v1/zero") == 200);
  CHECK(it.zeroed.empty());
}

}  // namespace drover::control
