// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/token_bucket.h"

#include "test/unit/catch.h"

namespace drover {
namespace {

constexpr std::uint64_t millisecond = 1'000'000;
constexpr std::uint64_t second = 1'000 * millisecond;

int take_all(TokenBucket& bucket, std::uint64_t now) {
  int taken = 0;
  while (bucket.take(now)) ++taken;
  return taken;
}

}  // namespace

TEST_CASE("a bucket holds a tenth of a second's tokens", "[base]") {
  TokenBucket bucket;
  bucket.set_rate(1'000);
  CHECK(take_all(bucket, 5 * second) == 100);
  CHECK(take_all(bucket, 5 * second) == 0);
  CHECK(take_all(bucket, 5 * second + millisecond - 1) == 0);
  CHECK(take_all(bucket, 5 * second + millisecond) == 1);
  CHECK(take_all(bucket, 5 * second + 11 * millisecond) == 10);
  CHECK(take_all(bucket, 60 * second) == 100);
}

TEST_CASE("over time the rate gets through, and no more", "[base]") {
  for (const std::uint64_t rate : {1ULL, 3ULL, 1'000ULL, 1'000'000ULL}) {
    TokenBucket bucket;
    bucket.set_rate(rate);
    take_all(bucket, second);
    std::uint64_t taken = 0;
    for (int i = 1; i <= 10'000; ++i)  // 10 s, in steps that divide nothing evenly
      taken += static_cast<std::uint64_t>(
          take_all(bucket, second + static_cast<std::uint64_t>(i) * millisecond));
    CHECK(taken <= 10 * rate);
    CHECK(taken >= 10 * rate * 95 / 100);
  }
}

TEST_CASE("a rate of 0 lets nothing through, a slow one a token at a time", "[base]") {
  TokenBucket bucket;
  CHECK(take_all(bucket, second) == 0);
  bucket.set_rate(0);
  CHECK(take_all(bucket, 100 * second) == 0);
  bucket.set_rate(1);
  CHECK(take_all(bucket, 100 * second) == 1);
  CHECK(take_all(bucket, 1'000 * second) == 1);
}

TEST_CASE("the same rate again refills nothing", "[base]") {
  TokenBucket bucket;
  bucket.set_rate(1'000);
  CHECK(take_all(bucket, second) == 100);
  bucket.set_rate(1'000);
  CHECK(take_all(bucket, second) == 0);
  bucket.set_rate(2'000);
  CHECK(take_all(bucket, second) == 200);
}

}  // namespace drover
