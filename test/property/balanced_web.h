// SPDX-License-Identifier: BSD-3-Clause
// One VIP over a few servers, in process, for tests that send many frames to it.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>

#include "lib/net/wire.h"
#include "test/harness/client_frame.h"
#include "test/harness/in_process_plant.h"

namespace drover::test {

inline constexpr MacAddress port_mac{{2, 0, 0, 0, 0, 0x0b}};
inline constexpr std::array<std::uint16_t, 3> worker_counts{1, 2, 4};
inline const Ipv4Address web_vip = *Ipv4Address::parse("192.0.2.10");
inline const Ipv6Address web_vip_v6 = *Ipv6Address::parse("2001:db8::10");

enum class Family { v4, v6 };

// Server N has the MAC address 02:00:00:00:01:N.
inline std::string web_file(unsigned servers, unsigned connections, unsigned workers,
                            Family family = Family::v4) {
  const std::string prefix = family == Family::v4 ? "192.0.2." : "2001:db8::";
  std::string file = "workers: " + std::to_string(workers) +
                     "\nconnections: " + std::to_string(connections) +
                     "\nports:\n  - {name: front, driver: vdev, device: net_ring0}\n"
                     "services:\n  - name: web\n    address: \"" +
                     prefix +
                     "10\"\n    ports: [80]\n"
                     "    protocol: tcp\n    scheduler: rr\n    servers:\n";
  for (unsigned i = 1; i <= servers; ++i) {
    char line[96];
    std::snprintf(line, sizeof line, "      - {address: \"%s%u\", mac: \"02:00:00:00:01:%02x\"}\n",
                  prefix.c_str(), 20 + i, i);
    file += line;
  }
  return file;
}

// The family's address of this number.
inline IpAddress client_of(Family family, std::uint32_t number) {
  const Ipv4Address v4(number);
  if (family == Family::v4) return v4;
  Ipv6Address::Bytes bytes = mapped(v4).bytes();
  bytes[0] = 0x20;
  bytes[1] = 0x02;
  return Ipv6Address(bytes);
}

inline IpAddress vip_for(const IpAddress& client) {
  return client.is_v4() ? IpAddress(web_vip) : IpAddress(web_vip_v6);
}

struct Flow {
  IpAddress client;
  std::uint16_t port = 0;
  std::optional<MacAddress> server;  // where its first packet went
};

// Sends one packet of the flow; the server that got it, none when none did.
inline std::optional<MacAddress> send(InProcessPlant& plant, const Flow& flow, std::uint8_t flags,
                                      std::uint16_t payload = 0) {
  plant.inject(PortId(0), tcp_frame({.to = port_mac,
                                     .client = flow.client,
                                     .client_port = flow.port,
                                     .vip = vip_for(flow.client),
                                     .flags = flags,
                                     .payload = payload}));
  plant.run();
  const auto departures = plant.take_departures();
  if (departures.size() != 1) return std::nullopt;
  const auto& ethernet = header_at<EthernetHeader>(std::span(departures[0].frame), 0);
  // A refusal goes back to the client.
  if (ethernet.destination.bytes()[4] != 1) return std::nullopt;
  return ethernet.destination;
}

}  // namespace drover::test
