// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lib/config/import/import.h"
#include "lib/config/import/lvs_cf_globals.h"
#include "lib/config/import/lvs_cf_keywords.h"
#include "lib/config/import/lvs_cf_sections.h"
#include "lib/config/import/lvs_cf_values.h"
#include "lib/config/import/lvs_cf_virtual.h"
#include "lib/config/import/words.h"

namespace drover::config {
namespace {

void failover_service(LvsValues& values, const LvsSection& section) {
  const std::string text =
      fmt::format("failover {}: a failover service is not load balancing", section.name);
  values.warn(section.line, text);
  values.comment(section.line, text);
  values.look_at_keywords(section, lvs_virtual_keywords(), "failover");
}

}  // namespace

Imported import_lvs_cf(std::string_view text) {
  Imported imported;
  imported.source = "Piranha's lvs.cf";
  if (!is_text(text, imported.errors)) return imported;
  const LvsSection file = read_lvs_cf(text, imported.errors);
  LvsValues values(imported);
  values.look_at_keywords(file, lvs_global_keywords(), "");
  import_lvs_globals(values, file, imported);
  std::vector<std::string> names;
  for (const LvsSection& section : file.sections) {
    if (section.kind == "failover")
      failover_service(values, section);
    else if (section.kind == "virtual")
      import_lvs_virtual(values, section, imported, names);
  }
  if (imported.errors.empty() && std::ranges::none_of(imported.services, [](const auto& service) {
        return service.why_not.empty();
      }))
    values.error(0, "there is no active virtual server in the file, so nothing to balance");
  std::ranges::stable_sort(imported.errors, {}, &ImportNote::line);
  std::ranges::stable_sort(imported.warnings, {}, &ImportNote::line);
  std::ranges::stable_sort(imported.comments, {}, &ImportNote::line);
  return imported;
}

}  // namespace drover::config
