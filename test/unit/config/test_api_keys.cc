// SPDX-License-Identifier: BSD-3-Clause
// The API over TCP is served with a certificate and a token, or not at all.
#include "test/unit/catch.h"
#include "test/unit/config/support.h"

namespace drover::config {

TEST_CASE("an api that listens has a certificate, a key and a token", "[config]") {
  const std::string files = "certificate: /c, key: /k, token_file: /t";
  const auto loaded = parse_here(minimal_and("api: {listen: \"[::1]:8443\", " + files + "}\n"));
  REQUIRE(loaded);
  CHECK(loaded->config.api.listen->port == 8443);
  CHECK(loaded->config.api.token_file == "/t");
  CHECK(complaints(minimal_and("api: {listen: \"127.0.0.1:8443\", certificate: /c}\n")).size() ==
        2);
  CHECK(complaints(minimal_and("api: {" + files + "}\n")).size() == 3);
}

}  // namespace drover::config
