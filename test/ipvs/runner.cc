// SPDX-License-Identifier: BSD-3-Clause
// Plays recordings of Linux's IPVS to the data path and prints the first difference of each.
//
//   ipvs_runner [--same-hash] FOLDER...
//
// --same-hash: sh, dh and mh must choose as recorded, too.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "test/harness/test_eal.h"
#include "test/ipvs/player.h"

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> recordings_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (error)
    fmt::print("{}: {}\n", folder.string(), error.message());
  else if (files.empty())
    fmt::print("{}: there is no recording (*.json)\n", folder.string());
  std::ranges::sort(files);
  return files;
}

bool passes(const fs::path& file, drover::test::HashedChoices hashed) {
  std::string difference;
  try {
    difference = drover::test::play(drover::test::read_recording(file), hashed);
    if (const unsigned lost = drover::test::frames_in_use(); difference.empty() && lost != 0)
      difference = fmt::format("{} mbufs were not freed", lost);
  } catch (const std::exception& error) {
    difference = error.what();
  }
  fmt::print("{} {}{}{}\n", difference.empty() ? "ok    " : "FAILED", file.stem().string(),
             difference.empty() ? "" : ": ", difference);
  return difference.empty();
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::string> folders(arguments + 1, arguments + count);
  auto hashed = drover::test::HashedChoices::alike;
  if (std::erase(folders, "--same-hash") > 0) hashed = drover::test::HashedChoices::same;
  std::size_t passed = 0;
  std::size_t failed = 0;
  for (const std::string& folder : folders) {
    const auto files = recordings_in(folder);
    if (files.empty()) ++failed;
    for (const fs::path& file : files) ++(passes(file, hashed) ? passed : failed);
  }
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 && passed > 0 ? 0 : 1;
}
