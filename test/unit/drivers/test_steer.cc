// SPDX-License-Identifier: BSD-3-Clause
// The XDP program's verdict on literal frames, by the kernel's own BPF_PROG_TEST_RUN.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_xdp.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "drivers/af_xdp/steer_object.h"
#include "drivers/af_xdp/vip_map.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/hex.h"

namespace drover {
namespace {

using test::from_hex;

constexpr const char* vip = "192.0.2.10";
constexpr const char* vip6 = "2001:db8::10";

// Headers, each as it stands on the wire.
const std::string macs = "02 00 00 00 00 01  02 00 00 00 00 02";
const std::string vlan = "81 00 00 64";
const std::string vlan_s = "88 a8 00 c8";
const std::string ipv4_start = "08 00  45 00 00 1c 00 00 00 00 40 06 00 00";
const std::string arp_start = "08 06  00 01 08 00 06 04";
const std::string arp_macs_and_sender = "02 00 00 00 00 02  c0 00 02 01  00 00 00 00 00 00";
const std::string to_vip = ipv4_start + "c0 00 02 01 c0 00 02 0a";
const std::string client6 = "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 01";
const std::string vip6_bytes = "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 10";
const std::string other6 = "20 01 0d b8 00 00 00 00 00 00 00 00 00 00 00 11";
const std::string group = "ff 02 00 00 00 00 00 00 00 00 00 01 ff 00 00 10";
const std::string solicitation = "87 00 00 00 00 00 00 00";

std::string ipv6(const std::string& next_header, const std::string& destination) {
  return "86 dd  60 00 00 00 00 18 " + next_header + " ff " + client6 + destination;
}

class Program {
 public:
  Program()
      : object_(bpf_object__open_mem(steer_object().data(), steer_object().size(), nullptr),
                bpf_object__close) {
    REQUIRE(bpf_object__load(object_.get()) == 0);
    VipMap vips(UniqueFd(dup(bpf_object__find_map_fd_by_name(object_.get(), "vips"))));
    REQUIRE(vips.replace(std::vector{*IpAddress::parse(vip), *IpAddress::parse(vip6)}));
    // A socket in the map tells "redirect" from "pass because there is no socket".
    socket_ = UniqueFd(socket(AF_XDP, SOCK_RAW, 0));
    const int ring = 64;
    REQUIRE(setsockopt(socket_.get(), SOL_XDP, XDP_RX_RING, &ring, sizeof ring) == 0);
  }

  void give_queue_a_socket() {
    const int queue = 0;
    const int socket = socket_.get();
    REQUIRE(bpf_map_update_elem(bpf_object__find_map_fd_by_name(object_.get(), "xsks_map"), &queue,
                                &socket, 0) == 0);
  }

  std::uint32_t verdict(const std::vector<std::uint8_t>& frame) {
    LIBBPF_OPTS(bpf_test_run_opts, options);
    options.data_in = frame.data();
    options.data_size_in = static_cast<std::uint32_t>(frame.size());
    options.repeat = 1;
    const bpf_program* program =
        bpf_object__find_program_by_name(object_.get(), steer_program_name);
    REQUIRE(bpf_prog_test_run_opts(bpf_program__fd(program), &options) == 0);
    return options.retval;
  }

 private:
  std::unique_ptr<bpf_object, decltype(&bpf_object__close)> object_;
  UniqueFd socket_;
};

struct Case {
  const char* description;
  std::string frame;  // after the MAC addresses
};

const std::vector<Case> taken = {
    {"IPv4 to a VIP", to_vip},
    {"IPv4 to a VIP, VLAN", vlan + to_vip},
    {"IPv4 to a VIP, two VLAN tags", vlan_s + vlan + to_vip},
    {"a later fragment to a VIP",
     "08 00  45 00 00 1c 00 00 00 b9 40 06 00 00 c0 00 02 01 c0 00 02 0a"},
    {"ARP request for a VIP", arp_start + "00 01" + arp_macs_and_sender + "c0 00 02 0a"},
    {"ARP probe for a VIP",
     arp_start + "00 01  02 00 00 00 00 02  00 00 00 00  00 00 00 00 00 00  c0 00 02 0a"},
    {"ARP request for a VIP, VLAN",
     vlan + arp_start + "00 01" + arp_macs_and_sender + "c0 00 02 0a"},
    {"IPv6 to a VIP", ipv6("06", vip6_bytes)},
    {"IPv6 to a VIP, VLAN", vlan + ipv6("06", vip6_bytes)},
    {"neighbour solicitation to the group", ipv6("3a", group) + solicitation + vip6_bytes},
    {"neighbour solicitation to the group, two VLAN tags",
     vlan_s + vlan + ipv6("3a", group) + solicitation + vip6_bytes},
    {"neighbour solicitation to the VIP", ipv6("3a", vip6_bytes) + solicitation + vip6_bytes},
};

const std::vector<Case> passed = {
    {"IPv4 to another", ipv4_start + "c0 00 02 01 c0 00 02 0b"},
    {"IPv4 from a VIP", ipv4_start + "c0 00 02 0a c0 00 02 0b"},
    {"IPv4 to a VIP, three VLAN tags", vlan_s + vlan + vlan + to_vip},
    {"ARP request for another", arp_start + "00 01" + arp_macs_and_sender + "c0 00 02 0b"},
    {"ARP announcement of a VIP by another",
     arp_start + "00 01  02 00 00 00 00 02  c0 00 02 0a  00 00 00 00 00 00  c0 00 02 0a"},
    {"ARP for another kind of address",
     "08 06  00 01 08 06 06 04  00 01" + arp_macs_and_sender + "c0 00 02 0a"},
    {"ARP of another length",
     "08 06  00 01 08 00 08 04  00 01" + arp_macs_and_sender + "c0 00 02 0a"},
    {"IPv6 to another", ipv6("06", other6)},
    {"IPv6 whose first bytes are the IPv4 VIP",
     ipv6("06", "c0 00 02 0a 00 00 00 00 00 00 00 00 00 00 00 00")},
    {"neighbour solicitation for another of the group", ipv6("3a", group) + solicitation + other6},
    {"neighbour advertisement of a VIP by another",
     ipv6("3a", group) + "88 00 00 00 00 00 00 00" + vip6_bytes},
    {"another protocol that looks like a solicitation",
     ipv6("11", group) + solicitation + vip6_bytes},
    {"another Ethernet type", "88 cc 02 07 04 00 00 00 00 00 00 00 00 00 00 c0 00 02 0a"},
    {"nothing after the MAC addresses and the type", "08 00"},
};

}  // namespace

TEST_CASE("the XDP program takes what is for a VIP, and no shorter frame", "[steer]") {
  Program program;
  program.give_queue_a_socket();
  for (const Case& test : taken) {
    const auto whole = from_hex(macs + test.frame);
    INFO(test.description);
    CHECK(program.verdict(whole) == XDP_REDIRECT);
    auto padded = whole;
    padded.resize(128);
    CHECK(program.verdict(padded) == XDP_REDIRECT);
    // A solicitation to the VIP itself is taken by its destination, without its ICMPv6 part.
    const bool by_destination = test.frame.find(solicitation) != std::string::npos &&
                                test.frame.find(group) == std::string::npos;
    const std::size_t needed = whole.size() - (by_destination ? 24 : 0);
    for (std::size_t length = 14; length < needed; ++length) {
      INFO("cut to " << length);
      CHECK(program.verdict({whole.begin(), whole.begin() + static_cast<long>(length)}) ==
            XDP_PASS);
    }
  }
}

TEST_CASE("the XDP program leaves the rest to the kernel", "[steer]") {
  Program program;
  program.give_queue_a_socket();
  for (const Case& test : passed) {
    INFO(test.description);
    CHECK(program.verdict(from_hex(macs + test.frame)) == XDP_PASS);
  }
}

TEST_CASE("without a socket the kernel gets the frames for a VIP, too", "[steer]") {
  Program program;
  for (const Case& test : taken) {
    INFO(test.description);
    CHECK(program.verdict(from_hex(macs + test.frame)) == XDP_PASS);
  }
}

TEST_CASE("the set of VIPs is replaced", "[steer]") {
  UniqueFd map(bpf_map_create(BPF_MAP_TYPE_HASH, "vips", 20, 1, 3, nullptr));
  REQUIRE(map);
  const int fd = dup(map.get());
  VipMap vips(std::move(map));
  const auto count = [&] {
    unsigned keys = 0;
    std::uint8_t key[20];
    for (int more = bpf_map_get_next_key(fd, nullptr, key); more == 0; ++keys)
      more = bpf_map_get_next_key(fd, key, key);
    return keys;
  };
  const auto addresses = [](std::vector<const char*> texts) {
    std::vector<IpAddress> all;
    for (const char* text : texts) all.push_back(*IpAddress::parse(text));
    return all;
  };
  CHECK(vips.replace(addresses({"192.0.2.10", "2001:db8::10", "192.0.2.10"})));
  CHECK(count() == 2);
  CHECK(vips.replace(addresses({"192.0.2.20"})));
  CHECK(count() == 1);
  CHECK(vips.replace(addresses({})));
  CHECK(count() == 0);
  const auto full = vips.replace(addresses({"192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"}));
  REQUIRE_FALSE(full);
  CHECK(full.error().where == "192.0.2.4");
  close(fd);
}

}  // namespace drover
