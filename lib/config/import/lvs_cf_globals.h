// SPDX-License-Identifier: BSD-3-Clause
// What stands in an lvs.cf outside of its sections: the pair of balancers, the way of forwarding,
// time-outs.
#pragma once

#include "lib/config/import/imported.h"
#include "lib/config/import/lvs_cf_sections.h"
#include "lib/config/import/lvs_cf_values.h"

namespace drover::config {

void import_lvs_globals(LvsValues& values, const LvsSection& file, Imported& imported);

}  // namespace drover::config
