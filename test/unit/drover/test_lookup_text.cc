// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/lookup_text.h"

#include "test/unit/catch.h"
#include "test/unit/drover/sample.h"

namespace drover::client {
namespace {

api::Lookup sample(const char* why) {
  return {.protocol = "TCP",
          .client = {ip("198.51.100.7"), 40'000},
          .virtual_service = {ip("192.0.2.10"), 80},
          .service = "web",
          .why = why,
          .server = api::Endpoint{ip("192.0.2.21"), 80}};
}

}  // namespace

TEST_CASE("a look-up of a connection") {
  api::Lookup lookup = sample("entry");
  lookup.worker = 1;
  lookup.state = "ESTABLISHED";
  lookup.expires_seconds = 898;
  CHECK(lookup_text(lookup) == R"(TCP 198.51.100.7:40000 -> 192.0.2.10:80 (web)
  server      192.0.2.21:80
  why         it has a connection: worker 1, ESTABLISHED, expires in 898 s
)");
}

TEST_CASE("a look-up where the workers differ") {
  api::Lookup lookup = sample("scheduler");
  lookup.picks = {{ip("192.0.2.21"), 80}, {ip("192.0.2.22"), 80}};
  lookup.mid_stream = {"hash", api::Endpoint{ip("192.0.2.22"), 80}};
  CHECK(lookup_text(lookup) == R"(TCP 198.51.100.7:40000 -> 192.0.2.10:80 (web)
  server      192.0.2.21:80
  why         the scheduler's choice, if it came now
  worker 0    192.0.2.21:80
  worker 1    192.0.2.22:80
  mid-stream  192.0.2.22:80 (placed by hash and adopted)
)");
  lookup.picks[1] = lookup.picks[0];
  lookup.mid_stream = {"reset", std::nullopt};
  CHECK(lookup_text(lookup) == R"(TCP 198.51.100.7:40000 -> 192.0.2.10:80 (web)
  server      192.0.2.21:80
  why         the scheduler's choice, if it came now
  mid-stream  none (it is reset)
)");
}

TEST_CASE("a look-up without a server") {
  api::Lookup lookup = sample("no_vip");
  lookup.server.reset();
  lookup.service.clear();
  lookup.client = {ip("2001:db8::7"), 40'000};
  lookup.virtual_service = {ip("2001:db8::10"), 80};
  CHECK(lookup_text(lookup) == R"(TCP [2001:db8::7]:40000 -> [2001:db8::10]:80
  server      none
  why         no service has this address
)");
}

}  // namespace drover::client
