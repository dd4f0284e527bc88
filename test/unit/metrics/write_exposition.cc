// SPDX-License-Identifier: BSD-3-Clause
// Writes an exposition to stdout, for promtool.
#include <cstdio>

#include "lib/metrics/exposition.h"
#include "test/unit/metrics/sample.h"

int main() {
  drover::metrics::Exposition exposition(drover::metrics::sample_facts(2, 3));
  while (const auto piece = exposition.next()) std::fwrite(piece->data(), 1, piece->size(), stdout);
}
