// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/page_memory.h"

#include <algorithm>

#include "test/unit/catch.h"

namespace drover {

TEST_CASE("page memory is zeroed, whole and used while it is populated", "[base]") {
  const auto memory = PageMemory::make(40'000'001);
  REQUIRE(memory);
  const auto bytes = memory->bytes();
  REQUIRE(bytes.size() >= 40'000'001);
  for (std::size_t i = 0; i < bytes.size(); i += 4'096) {
    REQUIRE(bytes[i] == std::byte{0});
    bytes[i] = std::byte{1};
  }
  CHECK(bytes.back() == std::byte{0});
  CHECK(std::ranges::count(bytes, std::byte{1}) ==
        static_cast<std::ptrdiff_t>((bytes.size() + 4'095) / 4'096));
}

TEST_CASE("memory that the system does not have is none", "[base]") {
  CHECK(PageMemory::make(std::size_t{1} << 50U) == nullptr);
}

}  // namespace drover
