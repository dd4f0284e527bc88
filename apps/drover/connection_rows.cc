// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/connection_rows.h"

#include <utility>

namespace drover::client {

ExitStatus print_connections(const ApiClient& client, const NameOf& name_of,
                             bool persistence_engine) {
  bool begun = false;
  const auto begin = [&] {
    if (!std::exchange(begun, true)) print(ipvsadm_connections_title(persistence_engine));
  };
  Result<void> understood;
  const auto read = client.get_lines("/v1/connections", [&](std::string_view line) {
    const auto row = api::decode_connection(line);
    begin();
    if (row)
      print(ipvsadm_connection(*row, name_of));
    else
      understood = tl::unexpected(row.error());
  });
  if (!read) return complain(read.error());
  if (!understood) return complain(understood.error());
  begin();
  return ExitStatus::done;
}

}  // namespace drover::client
