// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/escapes.h"
#include "lib/health/reply_reader.h"
#include "test/unit/catch.h"

namespace drover::health {
namespace {

std::unique_ptr<ReplyReader> literal(std::string text) {
  config::ExpectCheck check;
  check.receive = std::move(text);
  return make_expect_reader(check);
}

std::unique_ptr<ReplyReader> regex(std::string pattern) {
  config::ExpectCheck check;
  check.regex = std::move(pattern);
  return make_expect_reader(check);
}

}  // namespace

TEST_CASE("nanny's escapes", "[health]") {
  using config::resolve_escapes;
  CHECK(resolve_escapes(R"(GET / HTTP/1.0\r\n\r\n)") == "GET / HTTP/1.0\r\n\r\n");
  CHECK(resolve_escapes(R"(\\ \t \' \")") == "\\ \t ' \"");
  CHECK(resolve_escapes(R"(\x41 \0 \)") == R"(\x41 \0 \)");
  CHECK(resolve_escapes("") == "");
}

TEST_CASE("a literal is compared with the beginning of the answer", "[health]") {
  CHECK(literal("HTTP")->take("HTTP/1.1 500 Oh")->is_good());
  const auto outcome = literal("HTTP")->take("SSH-2.0\r\n");
  REQUIRE(outcome);
  CHECK(outcome->reason == "the answer begins with \"SSH-\", expected \"HTTP\"");
}

TEST_CASE("an answer in segments is put together", "[health]") {
  const auto reader = literal("+PONG\r\n");
  for (const char* segment : {"+", "PO", "N", "G\r"}) CHECK_FALSE(reader->take(segment));
  CHECK(reader->take("\n")->is_good());

  const auto search = regex("^2[0-9]0 .*ready");
  CHECK_FALSE(search->take("220 mail.exam"));
  CHECK_FALSE(search->take("ple.org rea"));
  CHECK(search->take("dy\r\n")->is_good());
}

TEST_CASE("a literal that cannot come any more is wrong at once", "[health]") {
  CHECK_FALSE(literal("HTTP")->take("HT"));
  CHECK_FALSE(literal("HTTP")->take("HX")->is_good());
}

TEST_CASE("an answer that is too short is wrong", "[health]") {
  const auto reader = literal("HTTP");
  CHECK_FALSE(reader->take("HTT"));
  CHECK(reader->end().reason == "the answer begins with \"HTT\", expected \"HTTP\"");
}

TEST_CASE("a star takes anything", "[health]") {
  CHECK(literal("*")->take(std::string_view("\0", 1))->is_good());
  CHECK_FALSE(literal("*")->end().is_good());
}

TEST_CASE("a regular expression sees bytes of 0, too", "[health]") {
  CHECK(regex("ab$")->take(std::string_view("a\0ab", 4))->is_good());
}

TEST_CASE("what is searched is bounded", "[health]") {
  const auto reader = regex("needle");
  std::size_t taken = 0;
  const std::string hay(1'000, 'x');
  std::optional<Outcome> outcome;
  while (!(outcome = reader->take(hay))) REQUIRE(++taken < 10);
  CHECK(taken == 4);
  CHECK(outcome->kind == Outcome::Kind::wrong);
  CHECK(outcome->reason.size() < 200);
}

TEST_CASE("a reason holds nothing that a terminal would obey", "[health]") {
  const auto outcome = literal("HTTP")->take("\x1b[2J");
  REQUIRE(outcome);
  CHECK(outcome->reason == "the answer begins with \"\\x1b[2J\", expected \"HTTP\"");
}

}  // namespace drover::health
