// SPDX-License-Identifier: BSD-3-Clause
// Where the server listens: the Unix socket's file, and TCP addresses.
#include <netinet/in.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "test/unit/catch.h"
#include "test/unit/control/served_api.h"
#include "test/unit/temporary_directory.h"

namespace drover::control {
namespace {

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
