// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/flat_index.h"

#include <map>
#include <random>

#include "test/unit/catch.h"

namespace drover {

TEST_CASE("an index agrees with std::map", "[base]") {
  std::mt19937_64 random(1);
  // Keys of all sizes, many of them neighbours, as addresses and ports are.
  for (const std::size_t expected : {0U, 1U, 2U, 3U, 7U, 100U, 5'000U}) {
    std::map<std::uint64_t, std::uint32_t> reference;
    FlatIndex index(expected);
    while (reference.size() < expected) {
      const std::uint64_t key = random() % 2 == 0 ? random() % (2 * expected) : random();
      const auto value = static_cast<std::uint32_t>(random());
      reference[key] = value;
      index.insert(key, value);
    }
    for (const auto& [key, value] : reference) {
      REQUIRE(index.find(key) == value);
      for (const std::uint64_t other : {key + 1, key ^ std::uint64_t{1} << 40U, ~key})
        REQUIRE(index.find(other).has_value() == reference.contains(other));
    }
    for (int i = 0; i < 1'000; ++i) {
      const std::uint64_t key = random();
      REQUIRE(index.find(key).has_value() == reference.contains(key));
    }
  }
}

TEST_CASE("keys that differ in high bits only are found", "[base]") {
  FlatIndex index(1'000);
  for (std::uint32_t i = 0; i < 1'000; ++i) index.insert(std::uint64_t{i} << 54U, i);
  for (std::uint32_t i = 0; i < 1'000; ++i) REQUIRE(index.find(std::uint64_t{i} << 54U) == i);
}

TEST_CASE("an index that was never filled finds nothing", "[base]") {
  CHECK_FALSE(FlatIndex().find(0));
  CHECK_FALSE(FlatIndex(0).find(0));
}

TEST_CASE("key 0 and the largest key are keys as any other", "[base]") {
  FlatIndex index(2);
  index.insert(0, 5);
  index.insert(UINT64_MAX, 6);
  index.insert(0, 7);
  CHECK(index.find(0) == 7U);
  CHECK(index.find(UINT64_MAX) == 6U);
}

}  // namespace drover
