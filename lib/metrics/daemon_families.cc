// SPDX-License-Identifier: BSD-3-Clause
// Of the daemon itself.
#include "lib/metrics/families.h"
#include "lib/metrics/family.h"

namespace drover::metrics {
namespace {

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      return gauge("drover_build_info", "1, with the version as a label")
          .add({{"version", facts.version}}, std::uint64_t{1})
          .take();
    },
    [](const Facts& facts) {
      return gauge("drover_start_time_seconds", "When the daemon started, since 1970")
          .add({}, facts.started_at)
          .take();
    },
    [](const Facts& facts) {
      return gauge("drover_snapshot_generation",
                   "Of the snapshot that the workers run; grows with each change")
          .add({}, facts.generation)
          .take();
    },
    [](const Facts& facts) {
      return gauge("drover_config_last_reload_successful",
                   "1: what runs is what the file said when it was last read")
          .add({}, std::uint64_t{facts.reload.successful ? 1U : 0U})
          .take();
    },
    [](const Facts& facts) {
      return gauge("drover_config_last_reload_success_timestamp_seconds",
                   "When the running configuration was read, since 1970")
          .add({}, facts.reload.succeeded_at)
          .take();
    },
};

}  // namespace

std::span<const FamilyMaker> daemon_families() {
  return makers;
}

}  // namespace drover::metrics
