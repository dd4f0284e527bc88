// SPDX-License-Identifier: BSD-3-Clause
// A virtual server of an lvs.cf with its real servers and what nanny asked them.
#pragma once

#include <string>
#include <vector>

#include "lib/config/import/imported.h"
#include "lib/config/import/lvs_cf_sections.h"
#include "lib/config/import/lvs_cf_values.h"

namespace drover::config {

// `names`: those that services have already; its own is added.
void import_lvs_virtual(LvsValues& values, const LvsSection& section, Imported& imported,
                        std::vector<std::string>& names);

}  // namespace drover::config
