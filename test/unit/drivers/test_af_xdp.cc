// SPDX-License-Identifier: BSD-3-Clause
// The af_xdp driver on one end of a veth pair.
#include <fmt/format.h>

#include <fstream>
#include <string>

#include "test/unit/catch.h"
#include "test/unit/drivers/lab.h"

namespace drover::test {
namespace {

const std::vector<std::string> two_vips = {"af_xdp", "port0",      "front",
                                           "-",      "192.0.2.10", "2001:db8::10"};
const std::string peer_mac = "020000000002";

std::string hex(const MacAddress& mac) {
  return fmt::format("{:02x}", fmt::join(mac.bytes(), ""));
}

std::string ipv4(const Lab& lab, const std::string& destination, const std::string& tag = "") {
  return hex(lab.port_mac()) + peer_mac + tag + "0800450000200000000040fd0000c0000201" +
         destination + "0102030405060708090a0b0c";
}

const std::string vip_hex = "c000020a";
const std::string other_hex = "c000020c";

std::string solicitation(const std::string& last_byte) {
  const std::string prefix = "20010db80000000000000000000000";
  return "3333ff000010" + peer_mac + "86dd6000000000183aff" + prefix + "01" +
         "ff0200000000000000000001ff000010" + "8700000000000000" + prefix + last_byte;
}

std::string arp(const std::string& target) {
  return "ffffffffffff" + peer_mac + "08060001080006040001" + peer_mac + "c0000201" +
         "000000000000" + target;
}

bool peer_pings(const Lab& lab, const std::string& address) {
  return lab.peer.run("ping -c 1 -W 2 " + address).status == 0;
}

std::string refusal(const Lab& lab) {
  return PortRun(lab.balancer, two_vips).expect("error:");
}

}  // namespace

TEST_CASE("af_xdp takes what is for a VIP and leaves the rest to the kernel", "[ports]") {
  const Lab lab;
  PortRun port(lab.balancer, two_vips);
  const std::string ready = port.expect("ready");
  CHECK(ready.find(fmt::format("driver net_af_xdp mac {} mtu 1500 queues 1",
                               to_string(lab.port_mac()))) != std::string::npos);
  CHECK(ready.ends_with("kernel port0"));
  CHECK(lab.xdp().find("drover_steer") != std::string::npos);

  for (const std::string& frame : {arp(vip_hex), ipv4(lab, vip_hex), ipv4(lab, vip_hex, "81000064"),
                                   ipv4(lab, vip_hex, "88a800c881000064"), solicitation("10")}) {
    lab.send(frame);
    CHECK(port.expect("frame") == "frame " + frame);
  }

  // What is not ours goes first: a frame that came by mistake would be seen before the VIP's.
  for (const std::string& frame : {arp(other_hex), ipv4(lab, other_hex), solicitation("11")})
    lab.send(frame);
  lab.send(ipv4(lab, vip_hex));
  CHECK(port.expect("frame") == "frame " + ipv4(lab, vip_hex));
  CHECK(peer_pings(lab, "192.0.2.11"));
  CHECK(peer_pings(lab, "2001:db8::11"));

  SECTION("steering is replaced while it runs") {
    port.tell("steer 192.0.2.12");
    CHECK(port.expect("steered") == "steered");
    lab.send(ipv4(lab, vip_hex));
    lab.send(solicitation("10"));
    lab.send(ipv4(lab, other_hex));
    CHECK(port.expect("frame") == "frame " + ipv4(lab, other_hex));
  }
  SECTION("a program that has been detached is noticed") {
    run("ip -n " + lab.balancer.name() + " link set dev port0 xdp off");
    port.tell("steer 192.0.2.12");
    CHECK(port.expect("error:").find("its XDP program has been detached") != std::string::npos);
  }
  SECTION("the link's state is the kernel's") {
    port.tell("link");
    CHECK(port.expect("link") == "link up");
    run("ip -n " + lab.peer.name() + " link set peer0 down");
    port.tell("link");
    CHECK(port.expect("link") == "link down");
    run("ip -n " + lab.peer.name() + " link delete peer0");
    port.tell("link");
    CHECK(port.expect("link") == "link down");
  }
  CHECK(port.stop() == 0);
  CHECK(lab.xdp().empty());
}

TEST_CASE("af_xdp sends", "[ports]") {
  const Lab lab;
  PortRun port(lab.balancer, two_vips);
  REQUIRE_FALSE(port.expect("ready").empty());
  // An ARP request in the name of .11: the peer's kernel answers it to the port's MAC address.
  port.tell("steer 192.0.2.11");
  port.tell("send ffffffffffff" + hex(lab.port_mac()) + "08060001080006040001" +
            hex(lab.port_mac()) + "c000020b000000000000c0000201");
  const std::string reply = port.expect("frame " + hex(lab.port_mac()));
  CHECK(reply.find("08060001080006040002") != std::string::npos);
}

TEST_CASE("af_xdp goes on after more frames than its pool and rings hold", "[ports]") {
  const Lab lab;
  PortRun port(lab.balancer, two_vips);
  REQUIRE_FALSE(port.expect("ready").empty());
  std::string frame = ipv4(lab, vip_hex);
  frame += std::string(2 * (400 - frame.size() / 2), '0');  // too long to be printed

  port.tell("sleep 300");  // what comes meanwhile overflows
  lab.flood(frame, 10'000);
  CHECK(port.expect("slept") == "slept");
  port.tell("stats");
  const std::string overflow = port.expect("stats");
  INFO(overflow);
  CHECK(overflow.find(" missed 0 ") == std::string::npos);

  for (int round = 0; round < 40; ++round) lab.flood(frame, 1'000);
  CHECK(arrives(lab, port, ipv4(lab, vip_hex)));
  port.tell("stats");
  const std::string after = port.expect("stats");
  INFO(after);
  CHECK(after.ends_with("free 6144"));  // 8192 less the 2048 that the device has to fill
  CHECK(after.find(" no_mbuf 0 ") != std::string::npos);
}

TEST_CASE("an empty burst of af_xdp does not wait", "[ports]") {
  const Lab lab;
  PortRun port(lab.balancer, two_vips);
  REQUIRE_FALSE(port.expect("ready").empty());
  port.tell("idle");
  const std::string idle = port.expect("idle");
  INFO(idle);
  const auto bursts = std::stoul(idle.substr(std::string("idle bursts ").size()));
  CHECK(bursts > 100'000);  // a second; no system call each
}

TEST_CASE("frames of the longest MTU pass af_xdp whole", "[ports]") {
  const Lab lab;
  const std::string mtu = "link set mtu 3498 dev ";
  run("ip -n " + lab.balancer.name() + " " + mtu + "port0");
  run("ip -n " + lab.peer.name() + " " + mtu + "peer0");
  PortRun port(lab.balancer, two_vips);
  const std::string ready = port.expect("");
  if (ready.find("its MTU") != std::string::npos) return;  // hugepages are free: it is 1770 then
  REQUIRE(ready.find("mtu 3498") != std::string::npos);
  std::string frame = ipv4(lab, vip_hex, "81000064");
  frame += std::string(2 * (3498 + 18 - frame.size() / 2), '0');
  for (int i = 0; i < 5; ++i) lab.send(frame);
  lab.send(ipv4(lab, vip_hex));
  CHECK_FALSE(port.expect("frame").empty());
  port.tell("stats");
  const std::string stats = port.expect("stats");
  INFO(stats);
  CHECK(stats.find("seen 6 ") != std::string::npos);
}

TEST_CASE("what a killed droverd has left is cleared", "[ports]") {
  const Lab lab;
  PortRun first(lab.balancer, two_vips);
  REQUIRE_FALSE(first.expect("ready").empty());
  first.kill();
  CHECK(lab.xdp().find("drover_steer") != std::string::npos);
  CHECK(peer_pings(lab, "192.0.2.11"));

  PortRun second(lab.balancer, two_vips);
  REQUIRE_FALSE(second.expect("ready").empty());
  lab.send(ipv4(lab, vip_hex));
  CHECK(second.expect("frame") == "frame " + ipv4(lab, vip_hex));
  CHECK(second.stop() == 0);
  CHECK(lab.xdp().empty());
}

TEST_CASE("an interface that does not do is refused with the command that mends it", "[ports]") {
  const Lab lab;
  const std::string ip = "ip -n " + lab.balancer.name() + " ";
  SECTION("down") {
    run(ip + "link set port0 down");
    CHECK(refusal(lab) == "error: port0: this interface is down; ip link set dev port0 up");
  }
  SECTION("an MTU that is too large") {
    run(ip + "link set port0 mtu 9000");
    CHECK(
        refusal(lab).starts_with("error: port0: its MTU of 9000 is more than af_xdp carries; "
                                 "ip link set dev port0 mtu "));
  }
  SECTION("another XDP program") {
    lab.balancer.run("ip link set dev port0 xdp obj " + std::string(std::getenv("OTHER_XDP")) +
                     " sec xdp");
    REQUIRE(lab.xdp().find("name other") != std::string::npos);
    const std::string text = refusal(lab);
    CHECK(text.starts_with("error: port0: it has an XDP program already: other (id "));
    CHECK(text.ends_with("; ip link set dev port0 xdp off"));
    CHECK(lab.xdp().find("name other") != std::string::npos);
  }
  SECTION("another droverd") {
    PortRun first(lab.balancer, two_vips);
    REQUIRE_FALSE(first.expect("ready").empty());
    CHECK(refusal(lab) ==
          "error: port0: another droverd uses this device; stop that one, or name another device");
    lab.send(ipv4(lab, vip_hex));
    CHECK(first.expect("frame") == "frame " + ipv4(lab, vip_hex));
  }
}

TEST_CASE("two droverds in two namespaces do not disturb each other", "[ports]") {
  const Lab one;
  PortRun first(one.balancer, two_vips);
  REQUIRE_FALSE(first.expect("ready").empty());
  PortRun second(one.peer, {"af_xdp", "peer0", "front", "-", "192.0.2.20"});
  REQUIRE_FALSE(second.expect("ready").empty());
  // The one sends to the other's VIP and is answered.
  first.tell("send " + arp("c0000214"));
  CHECK(second.expect("frame") == "frame " + arp("c0000214"));
  second.tell("send " + arp(vip_hex));
  CHECK(first.expect("frame") == "frame " + arp(vip_hex));
  CHECK(second.stop() == 0);
  first.tell("steer 192.0.2.10");
  CHECK(first.expect("steered") == "steered");
}

}  // namespace drover::test
