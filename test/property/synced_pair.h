// SPDX-License-Identifier: BSD-3-Clause
// Two balancers of one file, in process, that tell each other of their connections.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "test/harness/synced_plant.h"
#include "test/property/balanced_web.h"

namespace drover::test {

inline const IpAddress first_address = *IpAddress::parse("192.0.2.11");
inline const IpAddress second_address = *IpAddress::parse("192.0.2.12");

// Who sends the record of a new connection. Workers must know the other balancer's MAC address.
enum class RecordsBy { workers, control };

inline config::Config config_of_node(const std::string& file, unsigned own, unsigned other) {
  std::string nodes = "nodes:\n";
  for (const auto& [name, number] : {std::pair("test", own), std::pair("other", other)})
    nodes += fmt::format("  {}: {{address: [192.0.2.{}/24, \"2001:db8::{:x}/64\"]}}\n", name,
                         number, number);
  return load_config(nodes + file);
}

struct Pair {
  explicit Pair(const std::string& file, std::uint16_t workers = 1,
                RecordsBy records = RecordsBy::workers)
      : first(config_of_node(file, 11, 12), {.ports = {{port_mac}}, .workers = workers},
              first_address, second_address, 1),
        second(config_of_node(file, 12, 11), {.ports = {{port_mac}}, .workers = workers},
               second_address, first_address, 2) {
    if (records == RecordsBy::control) return;
    first.plant.set_neighbour(second_address, MacAddress{{2, 0, 0, 0, 0, 0x0c}});
    second.plant.set_neighbour(first_address, MacAddress{{2, 0, 0, 0, 0, 0x0d}});
  }

  void configure(const std::string& file) {
    first.configure(config_of_node(file, 11, 12));
    second.configure(config_of_node(file, 12, 11));
  }

  void meet() {
    first.tick();
    second.tick();
    exchange_all(first, second);
    pass(std::chrono::milliseconds(1'100));
  }
  void pass(std::chrono::nanoseconds time) {
    constexpr std::chrono::nanoseconds step = std::chrono::milliseconds(500);
    for (; time > std::chrono::nanoseconds::zero(); time -= step) {
      first.plant.wait(std::min(time, step));
      second.plant.wait(std::min(time, step));
      first.tick();
      second.tick();
      exchange_all(first, second);
    }
  }

  SyncedPlant first;
  SyncedPlant second;
};

using Row = std::tuple<IpAddress, std::uint16_t, IpAddress, flow::TcpState>;

inline std::vector<Row> table_of(SyncedPlant& synced) {
  std::vector<Row> rows;
  for (const datapath::ConnectionRow& row : synced.plant.list_connections())
    rows.emplace_back(row.client, row.client_port, synced.plant.builder().server(row.destination),
                      row.state);
  std::ranges::sort(rows);
  return rows;
}

inline Bytes frame_of(const Flow& flow, std::uint8_t flags) {
  return tcp_frame({.to = port_mac,
                    .client = flow.client,
                    .client_port = flow.port,
                    .vip = flow.client.is_v4() ? IpAddress(web_vip) : IpAddress(web_vip_v6),
                    .flags = flags});
}

// As send() of balanced_web.h, with control's part.
inline std::optional<MacAddress> send_and_tell(Pair& pair, SyncedPlant& by, const Flow& flow,
                                               std::uint8_t flags) {
  by.plant.inject(PortId(0), frame_of(flow, flags));
  exchange_all(pair.first, pair.second);
  by.plant.run();
  const auto departures = by.plant.take_departures();
  if (departures.size() != 1) return std::nullopt;
  return header_at<EthernetHeader>(std::span(departures[0].frame), 0).destination;
}

inline Flow new_flow(std::uint32_t number, Family family) {
  return {client_of(family, 0xc6336400 + number / 50),
          static_cast<std::uint16_t>(1024 + number % 50),
          {}};
}

}  // namespace drover::test
