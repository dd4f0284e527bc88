// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/icmp_echo.h"

#include "test/unit/catch.h"

namespace drover::health {
namespace {

using namespace std::string_literals;
constexpr EchoId id{0x1234, 7};
const std::string header = "\x45"s + std::string(19, '\0');

}  // namespace

TEST_CASE("an echo request as it stands on the wire", "[health]") {
  CHECK(echo_request(id, false) == "\x08\x00\xe5\xc4\x12\x34\x00\x07"s);
  CHECK(echo_request(id, true) == "\x80\x00\x00\x00\x12\x34\x00\x07"s);
}

TEST_CASE("only the reply to the request counts", "[health]") {
  const auto reader = make_echo_reader(id, false);
  CHECK_FALSE(reader->take(header + "\x08\x00\xe5\xc4\x12\x34\x00\x07"s));  // the request itself
  CHECK_FALSE(reader->take(header + "\x00\x00\xed\xc4\x12\x35\x00\x07"s));  // another's
  CHECK_FALSE(reader->take(header + "\x00\x00\xed\xc5\x12\x34\x00\x06"s));  // the one before
  CHECK_FALSE(reader->take(header + "\x00\x00"s));
  CHECK_FALSE(reader->take("\x4f\x00"s));
  CHECK(reader->take(header + "\x00\x00\xed\xc4\x12\x34\x00\x07"s)->is_good());
  CHECK(reader->end().kind == Outcome::Kind::unreachable);
  CHECK(make_echo_reader(id, true)->take("\x81\x00\x12\x12\x12\x34\x00\x07"s)->is_good());
}

}  // namespace drover::health
