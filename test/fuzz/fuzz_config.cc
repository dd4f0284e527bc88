// SPDX-License-Identifier: BSD-3-Clause
// Any bytes at all give a configuration or errors, each with a sentence and the file's name. A
// configuration written as a file is read back.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/config/emit.h"
#include "lib/config/report.h"
#include "lib/config/tree.h"

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
  } else {
    const auto again = parse_document(emit(loaded->document));
    if (!again || !same(*again, loaded->document)) std::abort();
  }
  static_cast<void>(check_report("f", loaded));
  return 0;
}
