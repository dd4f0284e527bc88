// SPDX-License-Identifier: BSD-3-Clause
// Requests and answers, by a real Unix socket; the test is the client.
#include "lib/control/api_server.h"

#include "test/unit/catch.h"
#include "test/unit/control/served_api.h"
#include "test/unit/temporary_directory.h"

namespace drover::control {
namespace {

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

}  // namespace
}  // namespace drover::control
