// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/http_request.h"
#include "lib/health/reply_reader.h"
#include "test/unit/catch.h"

namespace drover::health {
namespace {

// The outcome of an answer that comes in pieces of this size.
Outcome judge(const config::HttpCheck& check, std::string_view answer, std::size_t piece) {
  const auto reader = make_http_reader(check);
  for (; !answer.empty(); answer.remove_prefix(std::min(piece, answer.size())))
    if (const auto outcome = reader->take(answer.substr(0, piece))) return *outcome;
  return reader->end();
}

std::string reason(const config::HttpCheck& check, std::string_view answer) {
  const Outcome whole = judge(check, answer, answer.size());
  CHECK(judge(check, answer, 1).reason == whole.reason);
  CHECK(judge(check, answer, 7).reason == whole.reason);
  return whole.reason;
}

const std::string ok = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("a status is good or not", "[health]") {
  const config::HttpCheck check;
  CHECK(reason(check, ok + "\r\n") == "");
  CHECK(reason(check, "HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n") == "");
  CHECK(reason(check, "HTTP/1.1 503 Oh\r\n\r\n") == "HTTP status 503, expected 200-399");

  config::HttpCheck strict;
  strict.status = {{204, 204}, {301, 302}};
  CHECK(reason(strict, "HTTP/1.1 302 Found\r\n\r\n") == "");
  CHECK(reason(strict, ok + "\r\n") == "HTTP status 200, expected 204, 301-302");
}

TEST_CASE("a status decides without the body", "[health]") {
  const auto reader = make_http_reader({});
  CHECK(reader->take(ok + "Content-Length: 1000000000\r\n\r\n")->is_good());
}

TEST_CASE("a body holds a text", "[health]") {
  config::HttpCheck check;
  check.body = "well";
  CHECK(reason(check, ok + "Content-Length: 7\r\n\r\nI'm well") ==
        "the body lacks \"well\": \"I'm wel\"");
  CHECK(reason(check, ok + "Content-Length: 8\r\n\r\nI'm well") == "");
  CHECK(reason(check, ok + "\r\nI'm well") == "");  // to the end of the connection
  CHECK(
      reason(
          check,
          ok + "Transfer-Encoding: chunked\r\n\r\n4\r\nI'm \r\n2\r\nwe\r\n2\r\nll\r\n0\r\n\r\n") ==
      "");
  for (const std::string trailer : {"", "Expires: 0\r\n"})
    CHECK(reason(check, ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + trailer + "\r\n") ==
          "the body lacks \"well\": \"\"");
  CHECK(reason(check, ok + "Content-Length: 9\r\n\r\nI'm well") ==
        "the HTTP answer ended within its body");
}

TEST_CASE("a body matches a regular expression", "[health]") {
  config::HttpCheck check;
  check.body_regex = "queue: [0-9]{1,2}$";
  CHECK(reason(check, ok + "\r\nqueue: 42") == "");
  CHECK(reason(check, ok + "\r\nqueue: 420") ==
        "nothing in the body matches the regex: \"queue: 420\"");
}

TEST_CASE("an endless body is judged at a bound", "[health]") {
  config::HttpCheck check;
  check.body = "needle";
  const auto reader = make_http_reader(check);
  CHECK_FALSE(reader->take(ok + "\r\n"));
  std::size_t taken = 0;
  std::optional<Outcome> outcome;
  while (!(outcome = reader->take(std::string(16'384, 'x')))) REQUIRE(++taken < 10);
  CHECK(taken == 3);
  CHECK(outcome->kind == Outcome::Kind::wrong);
}

TEST_CASE("an endless header is refused", "[health]") {
  const auto reader = make_http_reader({});
  CHECK_FALSE(reader->take(ok));
  std::size_t taken = 0;
  std::optional<Outcome> outcome;
  while (!(outcome = reader->take("X: " + std::string(1'000, 'x') + "\r\n"))) REQUIRE(++taken < 32);
  CHECK(outcome->kind == Outcome::Kind::wrong);
}

TEST_CASE("what is no HTTP is said to be none", "[health]") {
  CHECK(reason({}, "SSH-2.0-OpenSSH_9.2\r\n").starts_with("no HTTP answer: "));
  CHECK(reason({}, "HTTP/1.1 200") == "the HTTP answer ended within its header");
}

TEST_CASE("interim answers are passed over, not without end", "[health]") {
  const std::string interim = "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
  CHECK(reason({}, interim + ok + "\r\n") == "");
  std::string many;
  for (int i = 0; i < 20; ++i) many += interim;
  CHECK(reason({}, many + ok + "\r\n") == "too many interim HTTP answers");
}

TEST_CASE("a HEAD answer has no body, whatever its header says", "[health]") {
  config::HttpCheck check;
  check.method = "HEAD";
  CHECK(reason(check, ok + "Content-Length: 5\r\n\r\n") == "");
}

TEST_CASE("a request names the host that a client would", "[health]") {
  Subject subject{.server = *IpAddress::parse("192.0.2.21"),
                  .vip = *IpAddress::parse("192.0.2.10"),
                  .port = 80};
  CHECK(http_request({}, subject) ==
        "GET / HTTP/1.1\r\nHost: 192.0.2.10\r\nUser-Agent: drover\r\nAccept: */*\r\nConnection: "
        "close\r\n\r\n");
  subject.port = 8080;
  CHECK(http_request({}, subject).find("Host: 192.0.2.10:8080\r\n") != std::string::npos);
  config::HttpCheck named;
  named.host = "www.example.org";
  named.method = "HEAD";
  named.path = "/x?y";
  CHECK(
      http_request(named, subject).starts_with("HEAD /x?y HTTP/1.1\r\nHost: www.example.org\r\n"));
}

}  // namespace drover::health
