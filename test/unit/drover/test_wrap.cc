// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/wrap.h"
#include "test/unit/catch.h"

namespace drover::client {
namespace {

TEST_CASE("text is broken at blanks") {
  REQUIRE(wrap("- ", "one two three", 9) == "- one two\n  three\n");
  REQUIRE(wrap("- ", "one two three", 8) == "- one\n  two\n  three\n");
  REQUIRE(wrap("", "one two", 80) == "one two\n");
  REQUIRE(wrap("- ", "", 80) == "- \n");
}

TEST_CASE("a word that is too long keeps a line of its own") {
  REQUIRE(wrap("- ", "a extraordinary b", 10) == "- a\n  extraordinary\n  b\n");
}

}  // namespace
}  // namespace drover::client
