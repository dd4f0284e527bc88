// SPDX-License-Identifier: BSD-3-Clause
// Marked sockets reach an off-link VIP at a MAC address of our choice, and nothing of the way there
// is left behind.
//
//   balancer: port0 192.0.2.11, 2001:db8::11  <---->  peer0 of the peer, the VIPs on its lo
#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "drivers/check_path/check_mark.h"
#include "drivers/check_path/egress_filter.h"
#include "drivers/check_path/mark_program.h"
#include "drivers/check_path/mark_route.h"
#include "drivers/unique_fd.h"
#include "test/unit/catch.h"
#include "test/unit/drivers/lab.h"

namespace drover::test {
namespace {

constexpr std::uint32_t mark = CHECK_MARK | 7;
const MacAddress another_mac = *MacAddress::parse("02:00:00:00:00:99");
const std::string vip = "203.0.113.10";
const std::string vip6 = "2001:db8:1::10";

struct Path {
  MarkProgram program;
  EgressFilter filter;
  MarkRoute route;

  static Path put_up() {
    auto program = MarkProgram::load();
    REQUIRE(program);
    auto filter = EgressFilter::attach("port0", program->program());
    INFO((filter ? "" : to_string(filter.error())));
    REQUIRE(filter);
    auto route = MarkRoute::put_up("port0", true, true);
    INFO((route ? "" : to_string(route.error())));
    REQUIRE(route);
    return {std::move(*program), std::move(*filter), std::move(*route)};
  }
};

// The peer with the VIPs and something that listens there; all in the balancer's namespace then.
class Network {
 public:
  Network() {
    lab_.peer.run("ip address add " + vip + "/32 dev lo");
    lab_.peer.run("ip address add " + vip6 + "/128 dev lo nodad");
    peer_mac =
        *MacAddress::parse(lab_.peer.run("cat /sys/class/net/peer0/address").output.substr(0, 17));
    lab_.peer.inside([&] {
      listener_ = UniqueFd(socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
      sockaddr_in6 address{};
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(80);
      REQUIRE(bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
      REQUIRE(listen(listener_.get(), 64) == 0);
    });
  }

  void on_balancer(const std::function<void()>& call) const { lab_.balancer.inside(call); }
  std::string on_balancer(const std::string& command) const {
    return lab_.balancer.run(command).output;
  }

  // All that the path puts there.
  std::string left() const {
    return on_balancer(
        "ip rule show pref 213; ip -6 rule show pref 213; ip route show table 213;"
        "ip -6 route show table 213; ip neighbour show nud permanent;"
        "tc qdisc show dev port0 clsact; tc filter show dev port0 egress");
  }

  MacAddress peer_mac;

 private:
  Lab lab_;
  UniqueFd listener_;
};

// 0 or an errno value.
int connect_marked(const std::string& to, std::uint32_t socket_mark,
                   std::chrono::milliseconds patience = std::chrono::milliseconds(300)) {
  const auto address = *IpAddress::parse(to);
  UniqueFd socket(::socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const char device[] = "port0";
  REQUIRE(setsockopt(socket.get(), SOL_SOCKET, SO_MARK, &socket_mark, sizeof socket_mark) == 0);
  REQUIRE(setsockopt(socket.get(), SOL_SOCKET, SO_BINDTODEVICE, device, sizeof device) == 0);
  const timeval limit{.tv_sec = patience.count() / 1000, .tv_usec = patience.count() % 1000 * 1000};
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(80), .sin_addr = {}, .sin_zero = {}};
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(80);
  inet_pton(AF_INET, to.c_str(), &v4.sin_addr);
  inet_pton(AF_INET6, to.c_str(), &v6.sin6_addr);
  const int result = address.is_v4()
                         ? connect(socket.get(), reinterpret_cast<const sockaddr*>(&v4), sizeof v4)
                         : connect(socket.get(), reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
  return result == 0 ? 0 : errno;
}

// The first one may wait for the peer to find us, which takes a SYN or two.
bool connects(const std::string& to, std::uint32_t socket_mark) {
  return connect_marked(to, socket_mark, std::chrono::seconds(10)) == 0;
}

TEST_CASE("a marked connection reaches an off-link VIP at the MAC address of its mark") {
  const Network network;
  network.on_balancer([&] {
    {
      Path path = Path::put_up();
      for (const std::string& to : {vip, vip6}) {
        CAPTURE(to);
        REQUIRE(connect_marked(to, mark) == EINPROGRESS);  // the map does not have it
        REQUIRE(path.program.set(mark, network.peer_mac));
        REQUIRE(connects(to, mark));
        REQUIRE(path.program.set(mark, another_mac));
        REQUIRE(connect_marked(to, mark) == EINPROGRESS);
        path.program.remove(mark);
      }
      REQUIRE(connects("192.0.2.1", 0));  // no mark: as ever
      REQUIRE(connects("192.0.2.1", 0x1234));
      REQUIRE(network.left().find("drover_mark") != std::string::npos);
    }
    REQUIRE(network.left() == "");
  });
}

TEST_CASE("what a killed daemon left is taken over, and goes at the end") {
  const Network network;
  network.on_balancer([&] {
    const pid_t dead = fork();
    if (dead == 0) {
      const Path path = Path::put_up();
      _exit(0);  // no destructors
    }
    waitpid(dead, nullptr, 0);
    REQUIRE(network.left().find("drover_mark") != std::string::npos);
    {
      Path path = Path::put_up();
      REQUIRE(path.program.set(mark, network.peer_mac));
      REQUIRE(connects(vip, mark));
    }
    REQUIRE(network.left() == "");
  });
}

TEST_CASE("rules that name an interface which is gone are removed") {
  const Network network;
  network.on_balancer([&] {
    network.on_balancer(
        "ip link add drover-old type veth peer name old-peer && ip link set drover-old up");
    const pid_t dead = fork();
    if (dead == 0) {
      const auto route = MarkRoute::put_up("drover-old", true, true);
      _exit(0);
    }
    waitpid(dead, nullptr, 0);
    REQUIRE(network.left().find("drover-old") != std::string::npos);
    network.on_balancer("ip link delete drover-old");
    REQUIRE(network.left().find("drover-old") != std::string::npos);
    { const Path path = Path::put_up(); }
    REQUIRE(network.left() == "");
  });
}

// Some other program's, at the ingress.
void attach_anothers(int program) {
  bpf_tc_hook hook{};
  hook.sz = sizeof hook;
  hook.ifindex = static_cast<int>(if_nametoindex("port0"));
  hook.attach_point = BPF_TC_INGRESS;
  bpf_tc_hook_create(&hook);  // or there is one
  bpf_tc_opts place{};
  place.sz = sizeof place;
  place.prog_fd = program;
  place.handle = 1;
  place.priority = 5;
  REQUIRE(bpf_tc_attach(&hook, &place) == 0);
}

TEST_CASE("another's filter and its qdisc stay") {
  const Network network;
  network.on_balancer([&] {
    const auto anothers = MarkProgram::load();
    REQUIRE(anothers);
    SECTION("one that was there before") {
      attach_anothers(anothers->program());
      const Path path = Path::put_up();
    }
    SECTION("one that came meanwhile") {
      const Path path = Path::put_up();
      attach_anothers(anothers->program());
    }
    REQUIRE(network.on_balancer("tc filter show dev port0 ingress").find("pref 5") !=
            std::string::npos);
    REQUIRE(network.on_balancer("tc filter show dev port0 egress") == "");
  });
}

TEST_CASE("what somebody else has removed is put back") {
  const Network network;
  network.on_balancer([&] {
    Path path = Path::put_up();
    REQUIRE(path.program.set(mark, network.peer_mac));
    for (const char* removal :
         {"tc qdisc del dev port0 clsact", "ip rule del pref 213; ip -6 rule del pref 213",
          "ip route flush table 213; ip -6 route flush table 213",
          "ip link set port0 down; ip link set port0 up; ip address add 2001:db8::11/64 dev port0 "
          "nodad"}) {
      CAPTURE(removal);
      network.on_balancer(removal);
      REQUIRE(path.filter.restore());
      REQUIRE(path.route.restore(true, true));
      REQUIRE(connects(vip, mark));
      REQUIRE(connects(vip6, mark));
    }
  });
}

TEST_CASE("an interface without room for the filter is told of") {
  const Network network;
  network.on_balancer([&] {
    const auto program = MarkProgram::load();
    REQUIRE(program);
    const auto none = EgressFilter::attach("no-such", program->program());
    REQUIRE(none.error().what == "there is no such network interface");
    network.on_balancer("tc qdisc add dev port0 ingress");
    const auto taken = EgressFilter::attach("port0", program->program());
    REQUIRE(!taken);
    REQUIRE(taken.error().remedy == "tc qdisc del dev port0 ingress");
    REQUIRE(network.on_balancer("tc qdisc show dev port0").find("qdisc ingress") !=
            std::string::npos);
  });
}

}  // namespace
}  // namespace drover::test
