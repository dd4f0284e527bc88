// SPDX-License-Identifier: BSD-3-Clause
// Any bytes at all give a configuration or errors, each with a sentence and the file's name.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/config/report.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drover::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto loaded = parse(text, "f", std::nullopt, "lb1");
  if (!loaded) {
    if (loaded.error().empty()) std::abort();
    for (const auto& error : loaded.error())
      if (error.what.empty() || !error.where.starts_with("f")) std::abort();
  } else if (loaded->config.services.empty() || loaded->config.ports.empty()) {
    std::abort();
  }
  static_cast<void>(check_report("f", loaded));
  return 0;
}
