// SPDX-License-Identifier: BSD-3-Clause
// Any bytes at all, taken for an lvs.cf and for what ipvsadm-save wrote, give errors, each with a
// sentence, or a file of drover's that can be read as YAML.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/config/document.h"
#include "lib/config/import/import.h"

namespace {

using namespace drover::config;

void check(const Imported& imported) {
  for (const auto* notes : {&imported.errors, &imported.warnings, &imported.comments})
    for (const ImportNote& note : *notes)
      if (note.text.empty()) std::abort();
  if (imported.errors.empty() && !parse_document(to_yaml(imported))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(detect_kind(text));
  check(import_lvs_cf(text));
  check(import_ipvsadm_save(text));
  return 0;
}
