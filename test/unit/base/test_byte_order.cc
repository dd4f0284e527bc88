// SPDX-License-Identifier: BSD-3-Clause
#include "lib/base/byte_order.h"

#include <array>
#include <cstring>

#include "test/unit/catch.h"

namespace drover {

TEST_CASE("a big-endian value has its bytes in network order", "[base]") {
  const Be16 port(0x1234);
  const Be32 address(0xc000020a);
  const auto port_bytes = std::bit_cast<std::array<std::uint8_t, 2>>(port);
  const auto address_bytes = std::bit_cast<std::array<std::uint8_t, 4>>(address);
  CHECK(port_bytes == std::array<std::uint8_t, 2>{0x12, 0x34});
  CHECK(address_bytes == std::array<std::uint8_t, 4>{0xc0, 0x00, 0x02, 0x0a});
  CHECK(port.value() == 0x1234);
  CHECK(address.value() == 0xc000020a);
  CHECK(port == Be16(0x1234));
  CHECK_FALSE(port == Be16(0x3412));
}

}  // namespace drover
