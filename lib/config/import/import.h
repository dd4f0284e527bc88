// SPDX-License-Identifier: BSD-3-Clause
// From LVS to drover: Piranha's lvs.cf and what ipvsadm-save wrote.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/config/import/imported.h"

namespace drover::config {

enum class ImportKind { lvs_cf, ipvsadm_save };

// By its first line that says anything; none when it looks like neither.
std::optional<ImportKind> detect_kind(std::string_view text);

// Every keyword has come to something in the result or is named in its comments, warnings or
// errors.
Imported import_lvs_cf(std::string_view text);
Imported import_ipvsadm_save(std::string_view text);

}  // namespace drover::config
