// SPDX-License-Identifier: BSD-3-Clause
// Plays golden cases through the product's data path: with one worker and with two (some with
// four), one frame a burst and many. Prints the first difference of each case.
//
//   golden_runner [--update-counters] FOLDER...    a case, or a folder of cases
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "test/golden/golden_player.h"
#include "test/harness/test_eal.h"

namespace {

namespace fs = std::filesystem;
using drover::test::PlayMode;

constexpr std::array modes = {
    PlayMode{.workers = 1, .bursts = false}, PlayMode{.workers = 1, .bursts = true},
    PlayMode{.workers = 2, .bursts = false}, PlayMode{.workers = 4, .bursts = false}};

std::vector<fs::path> cases_in(const fs::path& folder) {
  if (fs::exists(folder / "frames.txt")) return {folder};
  std::vector<fs::path> cases;
  for (const auto& entry : fs::directory_iterator(folder))
    if (fs::exists(entry.path() / "frames.txt")) cases.push_back(entry.path());
  std::ranges::sort(cases);
  return cases;
}

// Empty when all went as it should.
std::string first_difference(const fs::path& folder, bool update_counters) {
  std::string counters;
  for (const PlayMode& mode : modes) {
    const auto golden = drover::test::read_golden_case(folder, mode.workers);
    const auto played = drover::test::play(golden, mode);
    if (played.difference) return fmt::format("({}) {}", to_string(mode), *played.difference);
    if (const unsigned lost = drover::test::frames_in_use(); lost != 0)
      return fmt::format("({}) {} mbufs were not freed", to_string(mode), lost);
    // In bursts or one by one, the sums are the same.
    if (mode.bursts && played.counters != counters)
      return fmt::format("({}) at the end the counters are\n{}but one by one\n{}", to_string(mode),
                         played.counters, counters);
    if (!mode.bursts) counters += played.counters;
  }
  const fs::path file = folder / "counters.txt";
  if (update_counters) std::ofstream(file) << counters;
  if (drover::test::read_text(file) != counters)
    return fmt::format("the counters at the end are not those of counters.txt but\n{}", counters);
  return {};
}

bool passes(const fs::path& folder, bool update_counters) {
  std::string difference;
  try {
    difference = first_difference(folder, update_counters);
  } catch (const std::exception& error) {
    difference = error.what();
  }
  fmt::print("{} {}{}{}\n", difference.empty() ? "ok    " : "FAILED", folder.filename().string(),
             difference.empty() ? "" : " ", difference);
  return difference.empty();
}

}  // namespace

int main(int count, char** arguments) {
  bool update_counters = false;
  std::vector<fs::path> cases;
  for (int i = 1; i < count; ++i) {
    if (std::string_view(arguments[i]) == "--update-counters")
      update_counters = true;
    else
      std::ranges::copy(cases_in(fs::path(arguments[i]).lexically_normal()),
                        std::back_inserter(cases));
  }
  std::size_t failed = 0;
  for (const fs::path& folder : cases) failed += passes(folder, update_counters) ? 0 : 1;
  fmt::print("{} passed, {} failed\n", cases.size() - failed, failed);
  return failed == 0 && !cases.empty() ? 0 : 1;
}
