// SPDX-License-Identifier: BSD-3-Clause
// The server over a real Unix socket. The loop runs in a thread of its own; the test is the client.
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <optional>
#include <thread>

#include "lib/control/api_router.h"
#include "lib/control/api_server.h"
#include "lib/control/event_source.h"
#include "lib/control/file_descriptor.h"
#include "test/unit/catch.h"
#include "test/unit/temporary_directory.h"

namespace drover::control {
namespace {

using std::chrono::milliseconds;

// Writes `pieces` pieces of a thousand rows each and keeps count.
class Lister : public std::enable_shared_from_this<Lister> {
 public:
  Lister(ApiStream stream, std::size_t pieces, bool end)
      : stream_(std::move(stream)), pieces_(pieces), end_(end) {}

  void go() {
    if (written_ == pieces_) {
      if (end_) stream_.end();
      return;
    }
    std::string piece;
    for (int i = 0; i < 1000; ++i) piece += "row " + std::to_string(written_) + "\n";
    ++written_;
    inside_ = true;
    stream_.write(std::move(piece), [self = shared_from_this()](bool more) {
      self->reentered_ |= self->inside_;
      self->refused_ = !more;
      if (more) self->go();
    });
    inside_ = false;
  }
  bool reentered() const { return reentered_; }
  bool refused() const { return refused_; }
  std::size_t written() const { return written_; }

 private:
  ApiStream stream_;
  std::size_t pieces_;
  bool end_;
  std::size_t written_ = 0;
  bool inside_ = false;
  bool reentered_ = false;
  bool refused_ = false;
};

class Daemon {
 public:
  explicit Daemon(const std::string& path, ApiServer::Limits limits = {}) {
    ApiRouter router;
    router.add("GET", "/now", [](const ApiRequest& request, ApiReply reply) {
      const auto text = request.query.find("text");
      reply.json(text == request.query.end() ? "{}" : text->second);
    });
    router.add("POST", "/echo",
               [](const ApiRequest& request, ApiReply reply) { reply.json(request.body); });
    router.add("GET", "/later", [this](const ApiRequest&, ApiReply reply) {
      later_.emplace(std::move(reply));
      alarm_.emplace(loop_, [this] { std::exchange(later_, std::nullopt)->json("later"); });
      alarm_->set(std::chrono::steady_clock::now() + milliseconds(20));
    });
    router.add("GET", "/never",
               [this](const ApiRequest&, ApiReply reply) { never_.push_back(std::move(reply)); });
    router.add("GET", "/rows", [this](const ApiRequest& request, ApiReply reply) {
      lister_ = std::make_shared<Lister>(reply.stream("application/x-ndjson"),
                                         std::stoul(request.query.find("pieces")->second),
                                         !request.query.contains("drop"));
      lister_->go();
      if (request.query.contains("drop")) lister_.reset();
    });
    auto server = ApiServer::listen(loop_, path, std::move(router), limits);
    REQUIRE(server);
    server_.emplace(std::move(*server));
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Daemon() {
    on_loop([this] { server_.reset(); });
    loop_.stop();
    thread_.join();
  }

  // Runs it on the loop's thread and waits for it.
  void on_loop(const std::function<void()>& task) {
    std::promise<void> done;
    boost::asio::post(loop_, [&] {
      task();
      done.set_value();
    });
    done.get_future().wait();
  }

  std::shared_ptr<Lister> lister() { return lister_; }

 private:
  boost::asio::io_context loop_{1};
  std::optional<ApiReply> later_;
  std::vector<ApiReply> never_;
  std::optional<Alarm> alarm_;
  std::shared_ptr<Lister> lister_;
  std::optional<ApiServer> server_;
  std::thread thread_;
};

FileDescriptor connect_to(const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return socket;
}

void say(const FileDescriptor& socket, const std::string& text) {
  REQUIRE(::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(text.size()));
}

// Until the server closes.
std::string hear_all(const FileDescriptor& socket) {
  std::string text;
  char piece[65536];
  ssize_t length = 0;
  while ((length = ::recv(socket.get(), piece, sizeof piece, 0)) > 0)
    text.append(piece, static_cast<std::size_t>(length));
  return text;
}

std::string talk(const std::string& path, const std::string& text) {
  const auto socket = connect_to(path);
  say(socket, text);
  return hear_all(socket);
}

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
}

std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

TEST_CASE("answers at once and later") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  const Daemon daemon(path);
  const auto answer = talk(path, get("/now?text=%7b%7d"));
  REQUIRE(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  REQUIRE(answer.find("Content-Type: application/json\r\n") != std::string::npos);
  REQUIRE(body_of(answer) == "{}");
  REQUIRE(body_of(talk(path, get("/later"))) == "later");
  REQUIRE(body_of(talk(path,
                       "POST /echo HTTP/1.1\r\nConnection: close\r\nContent-Length: "
                       "4\r\n\r\nbody")) == "body");
}

TEST_CASE("one connection carries several requests, pipelined ones too") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  const Daemon daemon(path);
  const std::string keep = "GET /now?text=one HTTP/1.1\r\n\r\n";
  const auto answers = talk(path, keep + keep + get("/now?text=two"));
  std::size_t count = 0;
  for (auto at = answers.find("HTTP/1.1 200"); at != std::string::npos;
       at = answers.find("HTTP/1.1 200", at + 1))
    ++count;
  REQUIRE(count == 3);
  REQUIRE(answers.ends_with("\r\n\r\ntwo"));
}

TEST_CASE("errors of the client have their status") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  ApiServer::Limits limits;
  limits.header_bytes = 1024;
  limits.body_bytes = 100;
  limits.request_timeout = milliseconds(100);
  limits.idle_timeout = milliseconds(100);
  const Daemon daemon(path, limits);
  const auto status = [&](const std::string& request) {
    const auto answer = talk(path, request);
    return answer.size() < 12 ? answer : answer.substr(9, 3);
  };
  CHECK(status(get("/nowhere")) == "404");
  CHECK(status("DELETE /now HTTP/1.1\r\nConnection: close\r\n\r\n") == "405");
  CHECK(status("nonsense\r\n\r\n") == "400");
  CHECK(status(get("/%zz")) == "400");
  CHECK(status("GET /now HTTP/1.1\r\nA: " + std::string(2000, 'a') + "\r\n\r\n") == "431");
  CHECK(status("POST /echo HTTP/1.1\r\nContent-Length: 101\r\n\r\n") == "413");
  CHECK(status("GET /now HTTP/1.1\r\nHost:").empty());  // closed in time
  CHECK(status("").empty());
  // An answer to HEAD has no body, whatever its length says.
  const auto head = talk(path, "HEAD /now HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(head.starts_with("HTTP/1.1 405"));
  CHECK(body_of(head).empty());
}

TEST_CASE("a listing is streamed in chunks") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  Daemon daemon(path);
  const auto answer = talk(path, get("/rows?pieces=100"));
  REQUIRE(answer.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  REQUIRE(answer.ends_with("row 99\n\r\n0\r\n\r\n"));
  bool reentered = true;
  daemon.on_loop([&] { reentered = daemon.lister()->reentered(); });
  REQUIRE_FALSE(reentered);
  const auto empty = talk(path, get("/rows?pieces=0"));
  REQUIRE(body_of(empty) == "0\r\n\r\n");
  const auto old = talk(path, "GET /rows?pieces=2 HTTP/1.0\r\n\r\n");
  REQUIRE(old.find("chunked") == std::string::npos);
  REQUIRE(body_of(old).starts_with("row 0\n"));
  REQUIRE(old.ends_with("row 1\n"));
}

TEST_CASE("a listing that is dropped is seen to be cut") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  const Daemon daemon(path);
  const auto answer = talk(path, get("/rows?pieces=0&drop"));
  REQUIRE(answer.starts_with("HTTP/1.1 200 OK"));
  REQUIRE_FALSE(answer.ends_with("0\r\n\r\n"));
}

TEST_CASE("a listing stops where the client stops reading, and ends when it goes") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  Daemon daemon(path);
  {
    const auto socket = connect_to(path);
    say(socket, get("/rows?pieces=1000000"));
    char byte = 0;
    REQUIRE(::recv(socket.get(), &byte, 1, MSG_PEEK) == 1);
    std::size_t before = 0;
    std::size_t after = 1;
    while (before != after) {  // until the socket's buffer is full
      before = after;
      std::this_thread::sleep_for(milliseconds(20));
      daemon.on_loop([&] { after = daemon.lister()->written(); });
    }
    REQUIRE(after < 1000);
  }
  bool refused = false;
  while (!refused) daemon.on_loop([&] { refused = daemon.lister()->refused(); });
}

TEST_CASE("a handler that still holds a reply does not keep the server") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  FileDescriptor socket;
  {
    const Daemon daemon(path);
    socket = connect_to(path);
    say(socket, get("/never"));
    REQUIRE(body_of(talk(path, get("/now"))) == "{}");
  }
  REQUIRE(hear_all(socket).empty());
}

TEST_CASE("one connection too many is turned away") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  ApiServer::Limits limits;
  limits.connections = 2;
  const Daemon daemon(path, limits);
  std::optional<FileDescriptor> first = connect_to(path);
  const auto second = connect_to(path);
  say(second, "GET /now HTTP/1.1\r\n\r\n");
  char byte = 0;
  REQUIRE(::recv(second.get(), &byte, 1, MSG_PEEK) == 1);
  REQUIRE(hear_all(connect_to(path)).starts_with("HTTP/1.1 503"));
  first.reset();
  std::string answer;
  while (!answer.starts_with("HTTP/1.1 200")) answer = talk(path, get("/now"));
}

TEST_CASE("the socket file: mode, directory, removal") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "new" / "api.sock";
  {
    const mode_t umask_before = ::umask(0077);
    const Daemon daemon(path);
    ::umask(umask_before);
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    REQUIRE((status.st_mode & 07777) == 0660);
    REQUIRE(::stat(path.parent_path().c_str(), &status) == 0);
    REQUIRE((status.st_mode & 07777) == 0755);
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a stale socket is replaced, a live one and other files are not") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  boost::asio::io_context loop;
  const auto nothing = [](const ApiRequest&, const ApiReply&) {};
  {
    FileDescriptor stale(::socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(stale.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  {
    const auto live = ApiServer::listen(loop, path, nothing);
    REQUIRE(live);
    const auto second = ApiServer::listen(loop, path, nothing);
    REQUIRE_FALSE(second);
    REQUIRE(second.error().what == "another droverd answers on " + path);
    REQUIRE(std::filesystem::exists(path));
  }
  REQUIRE_FALSE(std::filesystem::exists(path));
  std::ofstream(path) << "precious";
  const auto blocked = ApiServer::listen(loop, path, nothing);
  REQUIRE_FALSE(blocked);
  REQUIRE(blocked.error().what == "there is a file of another kind in the socket's place");
  REQUIRE(std::filesystem::file_size(path) == 8);
}

TEST_CASE("a successor's socket is not removed") {
  const TemporaryDirectory directory;
  const std::string path = directory.path() / "api.sock";
  boost::asio::io_context loop;
  const auto nothing = [](const ApiRequest&, const ApiReply&) {};
  auto first = ApiServer::listen(loop, path, nothing);
  REQUIRE(first);
  std::filesystem::remove(path);
  const auto second = ApiServer::listen(loop, path, nothing);
  REQUIRE(second);
  first = failure("", "");
  REQUIRE(std::filesystem::exists(path));
}

TEST_CASE("a path that cannot be one is refused") {
  boost::asio::io_context loop;
  const auto nothing = [](const ApiRequest&, const ApiReply&) {};
  REQUIRE_FALSE(ApiServer::listen(loop, "", nothing));
  REQUIRE_FALSE(ApiServer::listen(loop, "/tmp/" + std::string(120, 'x'), nothing));
  REQUIRE_FALSE(ApiServer::listen(loop, "/proc/nowhere/api.sock", nothing));
}

// "port" of a TCP server that serves one request on a free port of this address.
void serve_on_tcp(const char* address, int family) {
  boost::asio::io_context loop;
  const auto ip = *IpAddress::parse(address);
  std::uint16_t port = 40'000;
  const auto listen = [&] {
    return ApiServer::listen(
        loop, ip, port, [](const ApiRequest&, ApiReply reply) { reply.json("{}"); },
        ApiServer::Limits());
  };
  auto server = listen();
  while (!server && port < 40'100) {
    ++port;
    server = listen();
  }
  REQUIRE(server);
  const auto second = listen();
  REQUIRE_FALSE(second);
  CHECK(second.error().where == to_string(ip, port));
  CHECK(second.error().what == "Address already in use");

  std::thread thread([&] { loop.run(); });
  FileDescriptor socket(::socket(family, SOCK_STREAM, 0));
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  const bool is_v6 = family == AF_INET6;
  CHECK(::connect(socket.get(),
                  is_v6 ? reinterpret_cast<sockaddr*>(&v6) : reinterpret_cast<sockaddr*>(&v4),
                  is_v6 ? sizeof v6 : sizeof v4) == 0);
  say(socket, get("/now"));
  CHECK(body_of(hear_all(socket)) == "{}");
  boost::asio::post(loop, [&] { server = failure("", ""); });
  thread.join();
}

TEST_CASE("the same over TCP, of either family") {
  serve_on_tcp("127.0.0.1", AF_INET);
  serve_on_tcp("::1", AF_INET6);
}

TEST_CASE("a TCP address that is not this host's is refused") {
  boost::asio::io_context loop;
  const auto refused = ApiServer::listen(
      loop, *IpAddress::parse("192.0.2.1"), 9641, [](const ApiRequest&, const ApiReply&) {},
      ApiServer::Limits());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "192.0.2.1:9641");
  CHECK(refused.error().remedy == "choose an address of this host");
}

}  // namespace
}  // namespace drover::control
