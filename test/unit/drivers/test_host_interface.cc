// SPDX-License-Identifier: BSD-3-Clause
// The vdev driver on net_af_xdp without a program of ours, so that every frame comes to the ethdev,
// and the host interface through which the kernel gets what is not for a VIP.
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <thread>
#include <vector>

#include "drivers/host_interface.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/lab.h"

namespace drover::test {
namespace {

const std::vector<std::string> arguments = {"vdev", "net_af_xdp0,iface=port0", "front",
                                            "192.0.2.11/24", "192.0.2.10"};

sockaddr_in listener_address() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(8000);
  address.sin_addr.s_addr = htonl(0xc000020b);
  return address;
}

UniqueFd tcp_socket() {
  UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return socket;
}

// The peer sends this many bytes to the balancer's own address and counts those that come back.
std::size_t echoed(const Lab& lab, std::size_t count) {
  UniqueFd listener;
  UniqueFd client;
  const sockaddr_in address = listener_address();
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  lab.balancer.inside([&] { listener = tcp_socket(); });
  lab.peer.inside([&] { client = tcp_socket(); });
  if (bind(listener.get(), raw, sizeof address) != 0 || listen(listener.get(), 1) != 0) return 0;
  std::jthread echo([&] {
    const UniqueFd server(accept(listener.get(), nullptr, nullptr));
    std::vector<char> text(65536);
    for (ssize_t length; (length = recv(server.get(), text.data(), text.size(), 0)) > 0;)
      if (send(server.get(), text.data(), static_cast<std::size_t>(length), MSG_NOSIGNAL) < 0)
        break;
  });
  if (connect(client.get(), raw, sizeof address) != 0) return 0;
  std::jthread sender([&] {
    const std::vector<char> text(count, 'x');
    for (std::size_t sent = 0; sent < count;) {
      const ssize_t length = send(client.get(), text.data() + sent, count - sent, MSG_NOSIGNAL);
      if (length <= 0) break;
      sent += static_cast<std::size_t>(length);
    }
    shutdown(client.get(), SHUT_WR);
  });
  std::vector<char> text(65536);
  std::size_t received = 0;
  for (ssize_t length; (length = recv(client.get(), text.data(), text.size(), 0)) > 0;)
    received += static_cast<std::size_t>(length);
  return received;
}

}  // namespace

TEST_CASE("a vdev port gives the kernel what is not for a VIP", "[ports]") {
  const Lab lab;
  lab.balancer.run("ip addr flush dev port0");
  PortRun port(lab.balancer, arguments);
  const std::string ready = port.expect("ready");
  REQUIRE(ready.ends_with("kernel drover-front"));

  const std::string link = lab.balancer.run("ip addr show dev drover-front").output;
  INFO(link);
  CHECK(link.find(to_string(lab.port_mac())) != std::string::npos);
  CHECK(link.find("192.0.2.11/24") != std::string::npos);
  CHECK(link.find("mtu 1500") != std::string::npos);
  CHECK(link.find("MULTICAST") != std::string::npos);

  CHECK(lab.peer.run("ping -c 2 -i 0.2 -W 2 192.0.2.11").status == 0);
  CHECK(lab.balancer.run("ping -c 2 -i 0.2 -W 2 192.0.2.1").status == 0);
  CHECK(echoed(lab, 1'000'000) == 1'000'000);
  CHECK(lab.peer.run("cat /proc/net/snmp | grep -c 'Tcp:.*InCsumErrors'").output == "1\n");

  CHECK(port.stop() == 0);
  CHECK(lab.xdp().empty());
  CHECK(lab.balancer.run("ip link show dev drover-front").status != 0);
}

TEST_CASE("a vdev port starts again after its droverd was killed", "[ports]") {
  const Lab lab;
  lab.balancer.run("ip addr flush dev port0");
  for (int start = 0; start < 3; ++start) {
    PortRun port(lab.balancer, arguments);
    REQUIRE_FALSE(port.expect("ready").empty());
    CHECK(lab.peer.run("ping -c 1 -W 2 192.0.2.11").status == 0);
    port.kill();
  }
}

TEST_CASE("a vdev port does not take an interface from an af_xdp port", "[ports]") {
  const Lab lab;
  PortRun first(lab.balancer, {"af_xdp", "port0", "front", "-", "192.0.2.10"});
  REQUIRE_FALSE(first.expect("ready").empty());
  CHECK(PortRun(lab.balancer, arguments).expect("error:") ==
        "error: port0: another droverd uses this device; stop that one, or name another device");
}

TEST_CASE("what DPDK does not take is told in one line", "[ports]") {
  const Lab lab;
  const auto refusal = [&](const char* device) {
    return PortRun(lab.balancer, {"vdev", device, "front", "-"}).expect("error:");
  };
  CHECK(refusal("net_nosuch0") ==
        "error: net_nosuch0: DPDK does not take this device: EAL: failed to parse device "
        "\"net_nosuch0\"; EAL: Failed to attach device on primary process");
  CHECK(refusal("net_af_xdp0,iface=port0,nosuch=1").find("Invalid kvargs key") !=
        std::string::npos);
}

TEST_CASE("a host interface has an address of each family and needs a free name", "[ports]") {
  const Lab lab;
  lab.balancer.inside([] {
    HostInterfaceSettings settings;
    settings.name = "drover-test";
    settings.mac = *MacAddress::parse("02:00:00:00:00:16");
    settings.mtu = 1400;
    settings.addresses = {*IpInterface::parse("198.51.100.1/24"),
                          *IpInterface::parse("2001:db8:1::1/64")};
    const auto host = HostInterface::create(settings);
    REQUIRE(host);
    const auto second = HostInterface::create(settings);
    REQUIRE_FALSE(second);
    CHECK(second.error().what == "there is a network interface of this name already");

    std::vector<std::byte> room(2048);
    while ((*host)->read(room)) {  // the kernel's own greetings
    }
    run("ping -c 1 -W 1 198.51.100.2 >/dev/null");
    std::size_t length = 0;
    while (const auto frame = (*host)->read(room))
      if (room[12] == std::byte{0x08} && room[13] == std::byte{0x06}) length = *frame;
    CHECK(length == 42);  // an ARP request
    CHECK((*host)->write(std::span(room).first(42)));
    CHECK_FALSE((*host)->write(std::span(room).first(3)));
    // Usable at once: not tentative.
    CHECK(run("ip -6 addr show dev drover-test tentative scope global").output.empty());
    CHECK(run("ip -6 addr show dev drover-test").output.find("2001:db8:1::1/64") !=
          std::string::npos);
  });
  lab.balancer.inside([] {
    HostInterfaceSettings settings;
    settings.name = "drover-test";
    settings.addresses = {*IpInterface::parse("198.51.100.1/24"),
                          *IpInterface::parse("198.51.100.1/24")};
    const auto host = HostInterface::create(settings);
    REQUIRE_FALSE(host);
    CHECK(to_string(host.error()) ==
          "drover-test: address 198.51.100.1/24 cannot be set: File exists");
  });
  CHECK(lab.balancer.run("ip link show dev drover-test").status != 0);
}

}  // namespace drover::test
