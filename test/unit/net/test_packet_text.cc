// SPDX-License-Identifier: BSD-3-Clause
#include <string>
#include <vector>

#include "lib/net/packet_text.h"
#include "test/unit/catch.h"

namespace drover {
namespace {

std::string text_of(const std::string& hex) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(packet_text(std::span(bytes).first(length)).empty());
  return packet_text(bytes);
}

TEST_CASE("a frame in a line") {
  const std::string ethernet = "020000000001020000000002";
  CHECK(text_of(ethernet +
                "080045000028000100004006915ec6336407c000020a9c41005000000000000000005012"
                "2000a5a90000") == "TCP 198.51.100.7:40001 > 192.0.2.10:80 [S.]");
  CHECK(text_of(ethernet +
                "86dd600000000008114020010db800000000000000000000000720010db80000000000000000000000"
                "109c41003500080000") == "UDP [2001:db8::7]:40001 > [2001:db8::10]:53");
  CHECK(text_of(ethernet +
                "86dd600000000018004020010db800000000000000000000000720010db80000000000000000000000"
                "103c0001040000000011000104000000009c41003500080000") ==
        "UDP [2001:db8::7]:40001 > [2001:db8::10]:53");
  CHECK(text_of(ethernet + "86dd600000000010"
                           "2c4020010db800000000000000000000000720010db8000000000000000000"
                           "00001011000008000000019c41003500080000") ==
        "IP 2001:db8::7 > 2001:db8::10 protocol 17 fragment");
  CHECK(text_of(ethernet + "08004500001c000100004001918fc6336407c000020a0800f7ff00000000") ==
        "ICMP 198.51.100.7 > 192.0.2.10 type 8 code 0");
  CHECK(text_of("ffffffffffff0200000000020806000108000604000102000000000"
                "2c0000201000000000000c000020a") == "ARP who has 192.0.2.10, tell 192.0.2.1");
  CHECK(text_of(ethernet + "88cc0102") == "Ethernet type 0x88cc");
  CHECK(packet_text({}) == "a frame without a header");
}

}  // namespace
}  // namespace drover
