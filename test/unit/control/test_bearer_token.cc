// SPDX-License-Identifier: BSD-3-Clause
#include <filesystem>
#include <fstream>

#include "lib/control/bearer_token.h"
#include "test/unit/catch.h"
#include "test/unit/temporary_directory.h"

namespace drover::control {
namespace {

namespace fs = std::filesystem;

Result<BearerToken> read(const std::string& text, fs::perms mode = fs::perms(0600)) {
  const TemporaryDirectory directory;
  const fs::path path = directory.path() / "token";
  std::ofstream(path) << text;
  fs::permissions(path, mode);
  return BearerToken::read(path);
}

}  // namespace

TEST_CASE("a token is the file's first line", "[control]") {
  const auto token = read("0123456789abcdef\nmore\n");
  REQUIRE(token);
  CHECK(token->matches("Bearer 0123456789abcdef"));
  for (const char* wrong :
       {"", "Bearer ", "0123456789abcdef", "Bearer 0123456789abcde", "Bearer 0123456789abcdeff",
        "bearer 0123456789abcdef", "Basic 0123456789abcdef", "Bearer 0123456789abcdef "})
    CHECK_FALSE(token->matches(wrong));
}

TEST_CASE("a token that others may read, or none, is refused", "[control]") {
  const std::string good = "0123456789abcdef";
  CHECK(read(good, fs::perms(0400)));
  for (const unsigned mode : {0640U, 0604U, 0660U}) {
    const auto token = read(good, fs::perms(mode));
    REQUIRE_FALSE(token);
    CHECK(token.error().remedy.starts_with("chmod 600 "));
  }
  CHECK_FALSE(read(""));
  CHECK_FALSE(read("0123456789abcde\n"));
  CHECK_FALSE(read("0123456789 abcdef\n"));
  CHECK_FALSE(BearerToken::read("/nonexistent/token"));
}

}  // namespace drover::control
