// SPDX-License-Identifier: BSD-3-Clause
// Any bytes at all: an advertisement or a sync message that is taken comes back the same when it is
// written again and read again.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "lib/failover/sync_message.h"
#include "lib/failover/vrrp_frame.h"

namespace {

using namespace drover::failover;

void check_advertisement(std::span<const std::uint8_t> datagram) {
  const auto read = read_vrrp_datagram(datagram);
  if (!read) return;
  const auto parsed = parse_advertisement(read->message, read->endpoints);
  if (!parsed) return;
  const auto again =
      encode(parsed->advertisement, read->endpoints, parsed->rule.value_or(ChecksumRule::rfc9568));
  const auto reparsed = parse_advertisement(again, read->endpoints);
  if (!reparsed || reparsed->advertisement != parsed->advertisement) std::abort();
}

void check_sync_message(std::span<const std::uint8_t> message) {
  std::vector<SyncedConnection> connections;
  const auto fault = read_sync_message(
      message, 0, [&](const SyncedConnection& one) { connections.push_back(one); });
  if (fault || connections.empty()) return;
  SyncMessageWriter writer(0, UINT16_MAX);
  for (const SyncedConnection& connection : connections)
    if (!writer.add(connection)) std::abort();
  std::vector<SyncedConnection> again;
  read_sync_message(writer.finish(), 0, [&](const SyncedConnection& one) { again.push_back(one); });
  if (again != connections) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_advertisement({data, size});
  check_sync_message({data, size});
  return 0;
}
