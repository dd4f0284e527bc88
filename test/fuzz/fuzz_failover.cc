// SPDX-License-Identifier: BSD-3-Clause
// Any bytes at all: an advertisement or a sync message that is taken comes back the same when it is
// written again and read again. As the body of a sealed datagram they come back, but not with a bit
// changed on the way.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "lib/failover/sync_datagram.h"
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

void check_datagram(std::span<const std::uint8_t> bytes) {
  static const SyncKey key(std::vector<std::uint8_t>(32, 7));
  if (unseal(bytes, key)) std::abort();
  if (bytes.empty() || bytes.size() > 1'300) return;
  const SyncHeader header{.kind = SyncKind::changes,
                          .wants_table = false,
                          .boot = 1,
                          .echo = 2,
                          .sequence = 3,
                          .services = 4};
  std::vector<std::uint8_t> sealed = seal(header, bytes, key);
  const auto opened = unseal(sealed, key);
  if (!opened || opened->header != header || !std::ranges::equal(opened->body, bytes)) std::abort();
  const std::size_t bit = (bytes.front() + 256U * bytes.back()) % (8 * sealed.size());
  sealed[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
  if (unseal(sealed, key)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_advertisement({data, size});
  check_sync_message({data, size});
  check_datagram({data, size});
  return 0;
}
