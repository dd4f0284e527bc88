// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/doorbell.h"

#include <poll.h>

#include <thread>

#include "test/unit/catch.h"

namespace drover {
namespace {

bool readable(const Doorbell& doorbell, int milliseconds = 0) {
  pollfd waiting{.fd = doorbell.descriptor(), .events = POLLIN, .revents = 0};
  return poll(&waiting, 1, milliseconds) == 1;
}

}  // namespace

TEST_CASE("a doorbell is readable from the first ring to the answer", "[base]") {
  Doorbell doorbell;
  CHECK_FALSE(readable(doorbell));
  doorbell.ring();
  doorbell.ring();
  CHECK(readable(doorbell));
  doorbell.answer();
  CHECK_FALSE(readable(doorbell));
  doorbell.ring();
  CHECK(readable(doorbell));
}

TEST_CASE("an answer to nothing does no harm", "[base]") {
  Doorbell doorbell;
  doorbell.answer();
  CHECK_FALSE(readable(doorbell));
  doorbell.ring();
  CHECK(readable(doorbell));
}

TEST_CASE("a waiting thread wakes up", "[base]") {
  Doorbell doorbell;
  std::thread ringer([&] { doorbell.ring(); });
  CHECK(readable(doorbell, 10'000));
  ringer.join();
}

}  // namespace drover
