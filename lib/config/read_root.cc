// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {

std::optional<File> read_root(Context& context, const YamlNode& node) {
  static const Table<File> table =
      Table<File>("the file")
          .optional("nodes", &File::nodes_in_file, read_nodes)
          .optional("workers", &File::workers, read_workers)
          .optional("idle", &File::idle,
                    one_of<Idle>({{"adaptive", Idle::adaptive}, {"busy", Idle::busy}}))
          .optional("connections", &File::connections, number<std::uint64_t>(1'000, 1'000'000'000))
          .optional("refusals", &File::refusals, number<std::uint32_t>(0, 1'000'000))
          .optional("unknown", &File::unknown,
                    one_of<Unknown>({{"adopt", Unknown::adopt},
                                     {"schedule", Unknown::schedule},
                                     {"reset", Unknown::reset},
                                     {"drop", Unknown::drop}}))
          .optional("on_removed", &File::on_removed,
                    one_of<OnRemoved>({{"keep", OnRemoved::keep},
                                       {"drop", OnRemoved::drop},
                                       {"reschedule", OnRemoved::reschedule}}))
          .optional("conn_reuse", &File::conn_reuse,
                    one_of<ConnReuse>({{"never", ConnReuse::never},
                                       {"closed", ConnReuse::closed},
                                       {"finished", ConnReuse::finished}}))
          .optional("schedule_icmp", &File::schedule_icmp, boolean)
          .required("ports", &File::ports_in_file, read_ports)
          .optional("pools", &File::pools_in_file, read_pools)
          .required("services", &File::services_in_file, read_services)
          .optional("timeouts", &File::timeouts, read_timeouts)
          .optional("failover", &File::failover, read_failover)
          .optional("api", &File::api, read_api)
          .optional("metrics", &File::metrics, read_metrics);
  return table(context, node);
}

}  // namespace drover::config
