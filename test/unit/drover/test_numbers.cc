// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/numbers.h"
#include "test/unit/catch.h"

namespace drover::client {
namespace {

TEST_CASE("large numbers as ipvsadm prints them") {
  REQUIRE(ipvsadm_number(0) == "        0");
  REQUIRE(ipvsadm_number(99'999'999) == " 99999999");
  REQUIRE(ipvsadm_number(100'000'000) == "  100000K");
  REQUIRE(ipvsadm_number(999'999'999) == "  999999K");
  REQUIRE(ipvsadm_number(1'000'000'000) == "    1000M");
  REQUIRE(ipvsadm_number(99'999'999'999) == "   99999M");
  REQUIRE(ipvsadm_number(100'000'000'000) == "     100G");
  REQUIRE(ipvsadm_number(99'999'999'999'999) == "   99999G");
  REQUIRE(ipvsadm_number(100'000'000'000'000) == "     100T");
  REQUIRE(ipvsadm_number(18'446'744'073'709'551'615U) == "18446744T");
}

TEST_CASE("short numbers have at most five columns") {
  REQUIRE(short_number(0) == "0");
  REQUIRE(short_number(0.04) == "0");
  REQUIRE(short_number(0.5) == "0.5");
  REQUIRE(short_number(9.94) == "9.9");
  REQUIRE(short_number(9.96) == "10");
  REQUIRE(short_number(999.4) == "999");
  REQUIRE(short_number(999.6) == "1.0k");
  REQUIRE(short_number(12'345) == "12.3k");
  REQUIRE(short_number(99'960) == "100k");
  REQUIRE(short_number(999'600) == "1.0M");
  REQUIRE(short_number(1.25e9) == "1.2G");
  REQUIRE(short_number(3e12) == "3.0T");
}

TEST_CASE("grouped digits") {
  REQUIRE(grouped(0) == "0");
  REQUIRE(grouped(999) == "999");
  REQUIRE(grouped(1000) == "1,000");
  REQUIRE(grouped(1'234'567) == "1,234,567");
  REQUIRE(grouped(18'446'744'073'709'551'615U) == "18,446,744,073,709,551,615");
}

TEST_CASE("durations") {
  REQUIRE(duration(0) == "00:00:00");
  REQUIRE(duration(3661.9) == "01:01:01");
  REQUIRE(duration(86'399) == "23:59:59");
  REQUIRE(duration(10 * 86'400.0 + 1) == "10 d 00:00:01");
  REQUIRE(duration(-1) == "00:00:00");
}

}  // namespace
}  // namespace drover::client
