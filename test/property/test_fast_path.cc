// SPDX-License-Identifier: BSD-3-Clause
// Whether there is a fast path cannot be seen from outside: two balancers, one with and one without
// it, get the same bursts of all sorts of frames, reloads and pauses; after each burst the frames
// that left, in their order, the counters and the tables are the same.
#include <algorithm>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "lib/net/checksum.h"
#include "test/property/balanced_web.h"
#include "test/unit/catch.h"

namespace drover::test {
namespace {

constexpr std::uint16_t vlan = 100;
constexpr MacAddress server_mac{{2, 0, 0, 0, 1, 1}};

std::string servers_of(const std::string& prefix, bool has_second, const std::string& more) {
  std::string text = "    servers:\n      - {address: \"" + prefix +
                     "21\", mac: \"02:00:00:00:01:01\"}\n      - {address: \"" + prefix + "23\"}\n";
  if (has_second) text += "      - {address: \"" + prefix + "22\", mac: \"02:00:00:00:01:02\"}\n";
  return text + more;
}

std::string file_of(bool tagged, bool has_second, bool removes) {
  std::string file = "connections: 1000\nports:\n  - {name: front, driver: vdev, device: net_ring0";
  if (tagged) file += ", vlan: " + std::to_string(vlan);
  file += "}\n";
  if (removes) file += "on_removed: drop\n";
  file += "services:\n";
  for (const std::string prefix : {"192.0.2.", "2001:db8::"}) {
    const std::string name = prefix == "192.0.2." ? "four" : "six";
    const auto add = [&](const std::string& kind, const std::string& port,
                         const std::string& protocol, const std::string& more) {
      file += "  - name: " + name + kind + "\n    address: \"" + prefix + "10\"\n    ports: [" +
              port + "]\n    protocol: " + protocol + "\n" + servers_of(prefix, has_second, more);
    };
    add("web", "80", "tcp", "    scheduler: rr\n");
    add("loyal", "81", "tcp", "    scheduler: wlc\n    persistence: {timeout: 10s}\n");
    add("names", "53", "udp", "    scheduler: rr\n");
    add("once", "54", "udp", "    scheduler: rr\n    one_packet: true\n");
  }
  return file;
}

// Frames of few flows, so that they meet each other, most of them plain, and each of the rest with
// something about it.
class Frames {
 public:
  Frames(unsigned seed, bool tagged) : random_(seed), tagged_(tagged) {}

  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }

  // What most of the next frames have in common, or nothing: the fast path treats four at once that
  // are alike.
  void draw_mood() {
    mood_ = draw(3) != 0;
    family_ = draw(2) == 0 ? Family::v6 : Family::v4;
    port_ = draw(3) == 0 ? std::uint16_t{53} : std::uint16_t{80};
    mixes_ports_ = draw(3) == 0;
  }

  Bytes next() {
    const bool as_others = mood_ && draw(25) != 0;
    const auto family = as_others ? family_ : draw(3) == 0 ? Family::v6 : Family::v4;
    const bool is_v6 = family == Family::v6;
    static constexpr std::array<std::uint8_t, 12> flags{0x10, 0x10, 0x10, 0x10, 0x18, 0x18,
                                                        0x02, 0x02, 0x11, 0x14, 0x12, 0x00};
    static constexpr std::array<std::uint16_t, 8> ports{80, 80, 80, 80, 81, 53, 54, 7};
    const std::uint16_t port = as_others && !mixes_ports_ ? port_ : ports[draw(ports.size())];
    const IpAddress client = client_of(family, 0x0a000000 + draw(6));
    Bytes frame = tcp_frame({.to = port_mac,
                             .client = client,
                             .client_port = static_cast<std::uint16_t>(1024 + draw(8)),
                             .vip = vip_for(client),
                             .port = port,
                             .flags = flags[draw(flags.size())],
                             .payload = static_cast<std::uint16_t>(draw(4) == 0 ? draw(1500) : 8)});
    if (port == 53 || port == 54) make_udp(frame, is_v6);
    if (!as_others && draw(5) == 0) spoil(frame, is_v6);
    if (as_others ? tagged_ : tagged_ != (draw(20) == 0))
      tag(frame, !as_others && draw(10) == 0 ? vlan + 1 : vlan);
    return frame;
  }

 private:
  static constexpr std::size_t network = sizeof(EthernetHeader);

  static void finish(Bytes& frame) {
    auto& ip = header_at<Ipv4Header>(std::span(frame), network);
    ip.checksum = std::uint16_t{0};
    ip.checksum = ipv4_header_checksum(ip, sizeof ip);
  }

  static void make_udp(Bytes& frame, bool is_v6) {
    const std::size_t transport = network + (is_v6 ? sizeof(Ipv6Header) : sizeof(Ipv4Header));
    header_at<UdpHeader>(std::span(frame), transport).length =
        static_cast<std::uint16_t>(frame.size() - transport);
    if (is_v6) {
      header_at<Ipv6Header>(std::span(frame), network).next_header = ip_protocol::udp;
    } else {
      header_at<Ipv4Header>(std::span(frame), network).protocol = ip_protocol::udp;
      finish(frame);
    }
  }

  void spoil(Bytes& frame, bool is_v6) {
    const auto set_source = [&](const MacAddress& mac) {
      header_at<EthernetHeader>(std::span(frame), 0).source = mac;
    };
    switch (draw(9)) {
      case 0:  // any bit of the headers
        frame[draw(is_v6 ? 74 : 54)] ^= static_cast<std::uint8_t>(1U << draw(8));
        break;
      case 1:  // the same, with a right checksum
        frame[network + draw(is_v6 ? 60 : 40)] ^= static_cast<std::uint8_t>(1U << draw(8));
        if (!is_v6) finish(frame);
        break;
      case 2:
        frame.resize(draw(static_cast<unsigned>(frame.size())) + 1);
        break;
      case 3:
        set_source(port_mac);
        break;
      case 4:
        set_source(server_mac);
        break;
      case 5:  // padding
        frame.resize(frame.size() + draw(20));
        break;
      case 6:  // a fragment
        if (!is_v6) {
          header_at<Ipv4Header>(std::span(frame), network).fragment =
              static_cast<std::uint16_t>(draw(2) == 0 ? 0x2000 : 0x4000);
          finish(frame);
        }
        break;
      case 7:  // from who is no client: a martian, the VIP
        if (!is_v6) {
          header_at<Ipv4Header>(std::span(frame), network).source =
              draw(2) == 0 ? std::uint32_t{0x7f000001} : web_vip.value();
          finish(frame);
        }
        break;
      default:  // for somebody else
        frame[network + (is_v6 ? sizeof(Ipv6Header) : sizeof(Ipv4Header)) - 1] ^= 1;
        if (!is_v6) finish(frame);
    }
  }

  static void tag(Bytes& frame, unsigned id) {
    if (frame.size() < network) return;
    const std::array<std::uint8_t, 4> bytes{0x81, 0, static_cast<std::uint8_t>(id >> 8U),
                                            static_cast<std::uint8_t>(id)};
    frame.insert(frame.begin() + 12, bytes.begin(), bytes.end());
  }

  std::mt19937 random_;
  bool tagged_;
  bool mood_ = false;
  Family family_ = Family::v4;
  std::uint16_t port_ = 80;
  bool mixes_ports_ = false;
};

auto fields(const datapath::ConnectionRow& row) {
  return std::tuple(row.client, row.client_port, row.virtual_port, row.vip, row.state,
                    row.destination, row.seconds_left, row.kind);
}

void expect_same(InProcessPlant& with, InProcessPlant& without) {
  const auto ones = with.take_departures();
  const auto others = without.take_departures();
  REQUIRE(ones.size() == others.size());
  for (std::size_t i = 0; i < ones.size(); ++i) {
    CHECK(ones[i].to == others[i].to);
    REQUIRE(ones[i].frame == others[i].frame);
  }
  for (std::size_t i = 0; i < datapath::verdict_count; ++i) {
    const auto verdict = static_cast<datapath::Verdict>(i);
    INFO(name(verdict));
    REQUIRE(with.total(verdict) == without.total(verdict));
  }
  const auto& services = with.builder().services();
  for (std::size_t s = 0; s < services.size(); ++s)
    for (std::size_t i = 0; i < services[s].servers.size(); ++i) {
      const DestinationTotals one = totals(services[s].servers[i]);
      const DestinationTotals other = totals(without.builder().services()[s].servers[i]);
      CHECK(std::tie(one.active, one.inactive, one.persistent, one.connections, one.packets,
                     one.bytes) == std::tie(other.active, other.inactive, other.persistent,
                                            other.connections, other.packets, other.bytes));
    }
}

void expect_same_tables(InProcessPlant& with, InProcessPlant& without) {
  const auto ones = with.list_connections();
  const auto others = without.list_connections();
  REQUIRE(ones.size() == others.size());
  for (std::size_t i = 0; i < ones.size(); ++i) REQUIRE(fields(ones[i]) == fields(others[i]));
}

void play(unsigned seed, bool tagged) {
  INFO("seed " << seed << (tagged ? ", tagged" : ""));
  const auto first = load_config(file_of(tagged, true, false));
  PlantSettings settings{.ports = {{.mac = port_mac, .host_interface = true, .mtu = 1400}}};
  InProcessPlant with(first, settings);
  settings.has_fast_path = false;
  InProcessPlant without(first, settings);
  Frames frames(seed, tagged);
  const auto both = [&](auto&& act) {
    act(with);
    act(without);
  };
  for (int step = 0; step < 600; ++step) {
    frames.draw_mood();
    for (unsigned left = 1 + frames.draw(40); left > 0; --left) {
      const Bytes frame = frames.next();
      both([&](InProcessPlant& plant) { plant.inject(PortId(0), frame); });
    }
    both([](InProcessPlant& plant) { plant.run(); });
    expect_same(with, without);
    switch (frames.draw(40)) {
      case 0: {
        const auto config = load_config(file_of(tagged, frames.draw(2) == 0, frames.draw(2) == 0));
        both([&](InProcessPlant& plant) { plant.configure(config); });
        break;
      }
      case 1: {
        const auto pause = std::chrono::seconds(1 + frames.draw(30));
        both([&](InProcessPlant& plant) { plant.wait(pause); });
        break;
      }
      case 2: {
        std::optional<MacAddress> mac;
        if (frames.draw(3) != 0) mac = MacAddress{{2, 0, 0, 0, 1, 3}};
        both([&](InProcessPlant& plant) {
          plant.set_neighbour(*IpAddress::parse("192.0.2.23"), mac);
          plant.set_neighbour(*IpAddress::parse("2001:db8::23"), mac);
        });
        break;
      }
      case 3:
        expect_same_tables(with, without);
        break;
      default:
        break;
    }
  }
  expect_same_tables(with, without);
  CHECK(with.total(datapath::Verdict::forwarded) > 1'000);
}

}  // namespace

TEST_CASE("the fast path makes of every burst what the stages make of it", "[fast path]") {
  for (unsigned seed = 1; seed <= 6; ++seed)
    for (const bool tagged : {false, true}) play(seed, tagged);
}

}  // namespace drover::test
