// SPDX-License-Identifier: BSD-3-Clause
// Durations and near misses.
#include "lib/config/duration.h"
#include "lib/config/nearest.h"
#include "test/unit/catch.h"

namespace drover::config {

TEST_CASE("a duration is a whole number and a unit", "[config]") {
  using std::chrono::milliseconds;
  CHECK(parse_duration("500ms") == milliseconds(500));
  CHECK(parse_duration("2s") == milliseconds(2'000));
  CHECK(parse_duration("5m") == milliseconds(300'000));
  CHECK(parse_duration("24h") == milliseconds(86'400'000));
  CHECK(parse_duration("1d") == milliseconds(86'400'000));
  CHECK(parse_duration("4294967295d") == milliseconds(4'294'967'295LL * 86'400'000));
  for (const char* bad : {"", "5", "s", "5 s", "5S", "1.5s", "-1s", "+1s", "1h30m", "5sec",
                          "4294967296ms", "99999999999999999999s"})
    CHECK_FALSE(parse_duration(bad));
}

TEST_CASE("a duration is shown in its largest whole unit", "[config]") {
  using std::chrono::milliseconds;
  CHECK(to_string(milliseconds(0)) == "0ms");
  CHECK(to_string(milliseconds(1'500)) == "1500ms");
  CHECK(to_string(milliseconds(90'000)) == "90s");
  CHECK(to_string(milliseconds(86'400'000)) == "1d");
  for (const int count : {1, 999, 1'000, 61'000, 3'600'000})
    CHECK(parse_duration(to_string(milliseconds(count))) == milliseconds(count));
}

TEST_CASE("the edit distance counts slips of the finger", "[config]") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("weight", "weight") == 0);
  CHECK(edit_distance("wieght", "weight") == 1);  // neighbours swapped
  CHECK(edit_distance("weigt", "weight") == 1);
  CHECK(edit_distance("weightt", "weight") == 1);
  CHECK(edit_distance("waight", "weight") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("Source-MAC", "source_mac") == 0);
}

TEST_CASE("the nearest word is suggested only when it is near", "[config]") {
  const std::string_view known[] = {"address", "name", "weight", "mac"};
  CHECK(nearest("adress", known) == "address");
  CHECK(nearest("wait", known).empty());
  CHECK(nearest("mca", known) == "mac");
  CHECK(nearest("ip", known).empty());
  CHECK(nearest("", known).empty());
  CHECK(nearest(std::string(100'000, 'a'), known).empty());
  CHECK(suggest("nmae", known, "its keys are") == "did you mean \"name\"?");
  CHECK(suggest("colour", known, "its keys are") == "its keys are address, name, weight, mac");
}

}  // namespace drover::config
