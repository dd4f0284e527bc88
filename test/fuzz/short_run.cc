// SPDX-License-Identifier: BSD-3-Clause
// A fuzz target without libFuzzer, for any compiler: every file of the folders named, then some
// thousand mutations of each, always the same.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int mutations = 2'000;  // of each seed

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

std::string mutated(std::string input, std::mt19937& random) {
  for (unsigned i = random() % 8; i > 0 && !input.empty(); --i) {
    const std::size_t at = random() % input.size();
    switch (random() % 4) {
      case 0:
        input[at] = static_cast<char>(random());
        break;
      case 1:
        input.erase(at, random() % 8);
        break;
      case 2:
        input.insert(at, input.substr(random() % input.size(), random() % 16));
        break;
      default:
        input.resize(at + 1);
        break;
    }
  }
  return input;
}

}  // namespace

int main(int count, char** folders) {
  std::mt19937 random(1);
  std::size_t seeds = 0;
  for (int i = 1; i < count; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(folders[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string seed{std::istreambuf_iterator<char>(file), {}};
      run(seed);
      for (int round = 0; round < mutations; ++round) run(mutated(seed, random));
      ++seeds;
    }
  std::printf("%zu seeds, %zu inputs\n", seeds, seeds * (mutations + 1));
  return seeds > 0 ? 0 : 1;
}
