// SPDX-License-Identifier: BSD-3-Clause
// Reload and changes through the API's routes, on a data path that only remembers.
#include <boost/asio/io_context.hpp>
#include <fstream>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "lib/config/load.h"
#include "lib/control/api_routes_configuration.h"
#include "lib/control/file_reader.h"
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
  bool reads_late = false;
  std::function<void()> late;  // reads the file that was asked for, and goes on
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
        [this](FileReader::Load load, FileReader::Done done) {
          if (!reads_late) return done(load());
          late = [load = std::move(load), done = std::move(done)] { done(load()); };
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

TEST_CASE("changes while the file is read are in what the reload makes of it", "[control]") {
  Fixture it;
  it.reads_late = true;
  std::optional<ApiResponse> reloaded;
  it.router({.method = "POST", .path = "/v1/reload", .query = {}, .body = {}, .who = "me"},
            ApiReply(std::make_unique<Recorder>(reloaded)));
  CHECK_FALSE(reloaded);
  CHECK(it.status("PUT", "/v1/services/web/servers/a/weight", R"({"weight": 9})") == 200);
  it.write(text + "refusals: 7\n");
  it.late();
  REQUIRE(reloaded);
  CHECK(reloaded->status == 200);
  CHECK(it.acted_on->refusals == 7);
  CHECK(it.acted_on->pools.at("nginx").servers[0].weight == 9);
}

TEST_CASE("files are read one after the other, beside the loop", "[control]") {
  boost::asio::io_context loop;
  FileReader reader(loop);
  const auto this_thread = std::this_thread::get_id();
  std::vector<int> order;
  std::promise<void> may_go;
  std::shared_future<void> gone = may_go.get_future().share();
  for (const int number : {1, 2}) {
    reader.read(
        [=]() -> FileReader::Loaded {
          CHECK(std::this_thread::get_id() != this_thread);
          gone.wait();
          return tl::unexpected(Errors{{"", std::to_string(number), ""}});
        },
        [&order](const FileReader::Loaded& loaded) {
          order.push_back(std::stoi(loaded.error().front().what));
        });
  }
  loop.poll();
  CHECK(order.empty());  // the loop does not wait
  may_go.set_value();
  while (order.size() < 2) loop.run_one();
  CHECK(order == std::vector{1, 2});
}

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
