// SPDX-License-Identifier: BSD-3-Clause
// What the tests of the exposition report: so many services of so many servers.
#pragma once

#include "lib/metrics/facts.h"

namespace drover::metrics {

inline Facts sample_facts(std::uint32_t services, std::uint32_t servers) {
  Facts facts;
  facts.version = "1.2.3";
  facts.started_at = 1'700'000'000.5;
  facts.reload.succeeded_at = 1'700'000'001;
  facts.generation = 7;
  for (std::uint32_t i = 0; i < services; ++i) {
    ServiceFacts service{.name = "web-" + std::to_string(i),
                         .protocol = "tcp",
                         .address = Ipv4Address(0xc000020a + i),
                         .port = 80,
                         .traffic = {32, 224, 17'920, 2, 14},
                         .servers = {}};
    for (std::uint32_t j = 0; j < servers; ++j)
      service.servers.push_back(
          {.name = "nginx" + std::to_string(j),
           .address = Ipv4Address(0x0a000001 + i * servers + j),
           .weight = 3,
           .up = j != 1,
           .available = j != 1,
           .persistent = 5,
           .traffic = {16, 112, 8'960, 1, 7},
           .checks = {
               {.kind = "http", .durations = {1, 2}, .seconds = 0.25, .good = 3, .wrong = 1}}});
    facts.services.push_back(std::move(service));
  }
  facts.ports = {{.name = "front",
                  .link_up = true,
                  .received_frames = 1,
                  .received_bytes = 2,
                  .sent_frames = 3,
                  .sent_bytes = 4,
                  .missed = 5,
                  .receive_errors = 6,
                  .transmit_errors = 7,
                  .no_buffer = 8}};
  facts.sync = SyncFacts{.ready = true,
                         .waiting = 1,
                         .told = 2,
                         .peers = {{.address = "192.0.2.12",
                                    .alive = true,
                                    .silence_seconds = 0.5,
                                    .entries_sent = 3,
                                    .dropped = {{"replayed", 4}}}}};
  facts.workers = {{.busy_seconds = 1.5,
                    .busy_ratio = 0.25,
                    .turns = 1'000,
                    .sleeps = 10,
                    .frames = 40,
                    .handovers = 2,
                    .bursts = {1, 0, 1, 0, 0, 1}}};
  facts.table = {.entries = 16, .capacity = 1'000'000, .evictions = 0};
  facts.verdicts[0] = 224;
  facts.vrrp = {{.id = 51,
                 .family = "ipv4",
                 .master = true,
                 .priority = 200,
                 .transitions = 1,
                 .sent = 10,
                 .heard = 2,
                 .announcements = 5,
                 .second_masters = 0,
                 .discarded = 3,
                 .last_heard_seconds = 1.5}};
  return facts;
}

}  // namespace drover::metrics
