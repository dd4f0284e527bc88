// SPDX-License-Identifier: BSD-3-Clause
// The client against the API's own server, in a thread, with answers made up here.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <future>
#include <optional>
#include <thread>

#include "apps/drover/api_client.h"
#include "lib/control/api_model.h"
#include "lib/control/api_router.h"
#include "lib/control/api_server.h"
#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"
#include "test/unit/temporary_directory.h"

namespace drover::client {
namespace {

using control::ApiReply;
using control::ApiRequest;
using control::ApiStream;
using std::chrono::milliseconds;

api::Connection row(std::uint32_t number) {
  return {"TCP",
          number,
          "ESTABLISHED",
          {Ipv4Address(number), 40001},
          {ip("192.0.2.10"), 80},
          {ip("192.0.2.21"), 80}};
}

// Pieces that end in the middle of a line.
class Rows : public std::enable_shared_from_this<Rows> {
 public:
  Rows(ApiStream stream, std::uint32_t count, bool end)
      : stream_(std::move(stream)), count_(count), end_(end) {}

  void go() {
    while (text_.size() < 5000 && next_ < count_) text_ += api::encode(row(next_++)) + "\n";
    const std::string piece = text_.substr(0, 4999);
    text_.erase(0, piece.size());
    if (piece.empty()) {
      if (end_) stream_.end();
      return;
    }
    stream_.write(piece, [self = shared_from_this()](bool more) {
      if (more) self->go();
    });
  }

 private:
  ApiStream stream_;
  std::uint32_t count_;
  bool end_;
  std::uint32_t next_ = 0;
  std::string text_;
};

class FakeDaemon {
 public:
  explicit FakeDaemon(const std::string& path, std::size_t connections = 32) {
    control::ApiRouter router;
    router.add("GET", "/v1/services", [](const ApiRequest&, ApiReply reply) {
      reply.json(api::encode(sample_services()));
    });
    router.add("GET", "/v1/connections", [](const ApiRequest& request, ApiReply reply) {
      const auto count = static_cast<std::uint32_t>(std::stoul(request.query.find("n")->second));
      std::make_shared<Rows>(reply.stream("application/x-ndjson"), count,
                             !request.query.contains("cut"))
          ->go();
    });
    router.add("GET", "/never",
               [this](const ApiRequest&, ApiReply reply) { never_.emplace(std::move(reply)); });
    control::ApiServer::Limits limits;
    limits.connections = connections;
    auto server = control::ApiServer::listen(loop_, path, std::move(router), limits);
    REQUIRE(server);
    server_.emplace(std::move(*server));
    thread_ = std::thread([this] { loop_.run(); });
  }
  FakeDaemon(const FakeDaemon&) = delete;
  FakeDaemon& operator=(const FakeDaemon&) = delete;
  ~FakeDaemon() {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      server_.reset();
      done.set_value();
    });
    done.get_future().wait();
    loop_.stop();
    thread_.join();
  }

 private:
  boost::asio::io_context loop_{1};
  std::optional<ApiReply> never_;
  std::optional<control::ApiServer> server_;
  std::thread thread_;
};

struct Fixture {
  TemporaryDirectory directory;
  std::string path = directory.path() / "api.sock";
};

TEST_CASE_METHOD(Fixture, "services arrive as the daemon has them") {
  const FakeDaemon daemon(path);
  const auto services = ApiClient(path).get("/v1/services").and_then(api::decode_services);
  REQUIRE(services);
  REQUIRE(*services == sample_services());
}

TEST_CASE_METHOD(Fixture, "connections arrive line by line") {
  const FakeDaemon daemon(path);
  for (const std::uint32_t count : {0U, 1U, 40U, 20'000U}) {
    std::uint32_t seen = 0;
    bool all_right = true;
    const auto read = ApiClient(path).get_lines(
        "/v1/connections?n=" + std::to_string(count), [&](std::string_view line) {
          const auto connection = api::decode_connection(line);
          all_right = all_right && connection && *connection == row(seen);
          ++seen;
        });
    REQUIRE(read);
    REQUIRE(seen == count);
    REQUIRE(all_right);
  }
}

TEST_CASE_METHOD(Fixture, "a listing that breaks off is an error") {
  const FakeDaemon daemon(path);
  const auto read = ApiClient(path).get_lines("/v1/connections?n=100&cut", [](std::string_view) {});
  REQUIRE_FALSE(read);
  REQUIRE(read.error().what == "droverd broke off its answer");
}

TEST_CASE_METHOD(Fixture, "the daemon's own errors come through") {
  const FakeDaemon daemon(path);
  REQUIRE(to_string(ApiClient(path).get("/v2/x").error()) ==
          "/v2/x: there is no such path; see docs/api.md");
  REQUIRE_FALSE(ApiClient(path).get_lines("/v2/x", [](std::string_view) { FAIL(); }));
}

TEST_CASE_METHOD(Fixture, "a daemon with too many connections says so") {
  const FakeDaemon daemon(path, 0);
  REQUIRE(ApiClient(path).get("/v1/services").error().what ==
          "droverd has too many API connections");
}

TEST_CASE_METHOD(Fixture, "no daemon: what is wrong and what to do") {
  auto error = ApiClient(path).get("/").error();
  REQUIRE(to_string(error) == path +
                                  ": droverd does not run: there is no such socket; start "
                                  "droverd, or name its socket with --socket");
  const int stale = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(stale, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::close(stale);
  error = ApiClient(path).get("/").error();
  REQUIRE(error.what == "droverd does not run: nobody answers on its socket");
  error = ApiClient("/tmp/" + std::string(200, 'x')).get("/").error();
  REQUIRE(error.what == "the socket's path is too long");
}

TEST_CASE_METHOD(Fixture, "a daemon that does not answer is given up") {
  const FakeDaemon daemon(path);
  const auto error = ApiClient(path, milliseconds(50)).get("/never").error();
  REQUIRE(error.what == "droverd did not answer within 0.05 s");
}

TEST_CASE_METHOD(Fixture, "without permission the client says who may") {
  if (::geteuid() != 0) return;  // only root can become somebody who may not
  const FakeDaemon daemon(path);
  REQUIRE(::chmod(directory.path().c_str(), 0755) == 0);
  REQUIRE(::chmod(path.c_str(), 0600) == 0);  // the group stays root's
  REQUIRE(::seteuid(65'534) == 0);
  const auto answer = ApiClient(path).get("/v1/services");
  REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(answer);
  REQUIRE(answer.error().what == "you may not talk to droverd");
}

}  // namespace
}  // namespace drover::client
