// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "lib/net/pcapng.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

// Of a little-endian machine, as the tests run on.
std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoul(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

TEST_CASE("a section header, an interface", "[net]") {
  CHECK(pcapng::section_header("drover 1") == from_hex("0a0d0d0a"
                                                       "2c000000"
                                                       "4d3c2b1a"
                                                       "01000000"
                                                       "ffffffffffffffff"
                                                       "0400080064726f7665722031"
                                                       "00000000"
                                                       "2c000000"));
  CHECK(pcapng::interface_description("front", 96) == from_hex("01000000"
                                                               "2c000000"
                                                               "01000000"
                                                               "60000000"
                                                               "0200050066726f6e74000000"
                                                               "0900010009000000"
                                                               "00000000"
                                                               "2c000000"));
}

TEST_CASE("a packet with all that is said of it", "[net]") {
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5};
  CHECK(pcapng::enhanced_packet({.interface = 1,
                                 .time = 0x0123456789abcdef,
                                 .bytes = bytes,
                                 .length = 60,
                                 .direction = pcapng::Direction::outbound,
                                 .dropped = 3,
                                 .id = 7,
                                 .comment = "held"}) == from_hex("06000000"
                                                                 "54000000"
                                                                 "01000000"
                                                                 "67452301efcdab89"
                                                                 "050000003c000000"
                                                                 "0102030405000000"
                                                                 "0200040002000000"
                                                                 "040008000300000000000000"
                                                                 "050008000700000000000000"
                                                                 "0100040068656c64"
                                                                 "00000000"
                                                                 "54000000"));
}

TEST_CASE("the statistics of an interface are read as they were written", "[net]") {
  const std::string block =
      pcapng::interface_statistics({.interface = 2, .received = 10, .dropped = 4}, 99, "of all");
  const auto read = pcapng::read_statistics(block);
  REQUIRE(read);
  CHECK(read->interface == 2);
  CHECK(read->received == 10);
  CHECK(read->dropped == 4);
  CHECK_FALSE(pcapng::read_statistics(pcapng::section_header("x")));
  CHECK(pcapng::is_packet(pcapng::enhanced_packet({.bytes = {}, .comment = {}})));
  CHECK_FALSE(pcapng::is_packet(block));
}

TEST_CASE("blocks are told apart wherever a stream is cut", "[net]") {
  const std::string block = pcapng::section_header("x");
  for (std::size_t length = 0; length < block.size(); ++length) {
    CHECK(pcapng::block_length(block.substr(0, length)) == std::optional<std::size_t>(0));
    CHECK_FALSE(pcapng::read_statistics(block.substr(0, length)));
  }
  CHECK(pcapng::block_length(block + "more") == std::optional(block.size()));
  std::string wrong = block;
  wrong[block.size() - 4] ^= 4;  // the length at the end is another one
  CHECK_FALSE(pcapng::block_length(wrong));
  CHECK_FALSE(pcapng::block_length("no pcapng at all"));
}

}  // namespace
}  // namespace drover
