// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/kernel/director_network.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "lib/net/checksum.h"
#include "lib/net/header_at.h"
#include "lib/net/wire.h"
#include "test/ipvs/recorded_frame.h"

namespace drover::test {
namespace {

constexpr const char* our_end = "us";
const Ipv4Address director(0x0a000001);  // 10.0.0.1
constexpr ServerNumber most_servers = 100;
constexpr std::size_t ip_header = sizeof(EthernetHeader);
const std::map<std::string, int> defaults = {{"sloppy_tcp", 0},
                                             {"expire_nodest_conn", 0},
                                             {"conn_reuse_mode", 1},
                                             {"expire_quiescent_template", 0},
                                             {"schedule_icmp", 0}};

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

void write(const std::string& path, const std::string& value) {
  std::ofstream file(path);
  if (!(file << value << std::flush)) throw std::runtime_error(path + " cannot be written");
}

void run_ip(const std::string& commands) {
  FILE* ip = popen("ip -batch -", "w");
  if (ip == nullptr) fail("ip");
  std::fputs(commands.c_str(), ip);
  if (pclose(ip) != 0) throw std::runtime_error("ip failed with:\n" + commands);
}

void put_up() {
  write("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
  write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  std::string commands =
      "link set lo up\n"
      "link add us type veth peer name eth0 address " +
      to_string(director_mac) +
      "\n"
      "link set us up\n"
      "link set eth0 up\n"
      "address add 10.0.0.1/24 dev eth0\n"
      "route add local 10.100.0.0/16 dev lo\n"
      "neigh add 10.0.0.254 lladdr " +
      to_string(client_mac) +
      " dev eth0 nud permanent\n"
      "route add default via 10.0.0.254\n";
  for (ServerNumber number = 1; number < most_servers; ++number)
    commands += "neigh add " + to_string(Ipv4Address(recorded_vip.value() + number)) + " lladdr " +
                to_string(mac_of_server(number)) + " dev eth0 nud permanent\n";
  run_ip(commands);
  for (const char* name : {"all", "eth0"})
    write(std::string("/proc/sys/net/ipv4/conf/") + name + "/rp_filter", "0");
}

UniqueFd open_wire() {
  UniqueFd wire(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ether_type::ipv4)));
  if (!wire) fail("a packet socket");
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ether_type::ipv4);
  address.sll_ifindex = static_cast<int>(if_nametoindex(our_end));
  if (bind(wire.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    fail("the packet socket's interface");
  const int room = 1 << 24;
  if (setsockopt(wire.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room) != 0)
    fail("the packet socket's room");
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  if (setsockopt(wire.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
    fail("the packet socket's patience");
  return wire;
}

// The number of a frame stands where IPv4 has its identification, which nobody else looks at.
void number(std::vector<std::uint8_t>& frame, std::size_t number) {
  auto& ip = header_at<Ipv4Header>(std::span(frame), ip_header);
  ip.identification = static_cast<std::uint16_t>(number);
  ip.checksum = Be16(0);
  ip.checksum = ipv4_header_checksum(ip);
}

// Asks the director itself for an echo: when that comes, all that was sent before is done.
std::vector<std::uint8_t> echo_request() {
  RecordedPacket ping;
  ping.kind = RecordedPacket::Kind::ping;
  ping.source = Ipv4Address(0x0a0001fe);  // 10.0.1.254
  ping.destination = director;
  return recorded_frame(ping, director_mac);
}

bool is_echo(std::span<const std::uint8_t> frame) {
  if (frame.size() < ip_header + sizeof(Ipv4Header) + sizeof(IcmpHeader)) return false;
  const auto& ip = header_at<Ipv4Header>(frame, ip_header);
  const auto& icmp = header_at<IcmpHeader>(frame, ip_header + sizeof(Ipv4Header));
  return ip.protocol == ip_protocol::icmp && Ipv4Address(ip.source) == director &&
         icmp.type == IcmpHeader::echo_reply;
}

}  // namespace

DirectorNetwork::DirectorNetwork() {
  if (unshare(CLONE_NEWNET) != 0) fail("a network namespace");
  put_up();
  wire_ = open_wire();
}

void DirectorNetwork::set(const std::map<std::string, int>& settings) {
  for (const auto& [name, otherwise] : defaults) {
    const auto given = settings.find(name);
    write("/proc/sys/net/ipv4/vs/" + name,
          std::to_string(given != settings.end() ? given->second : otherwise));
  }
}

std::vector<std::optional<ServerNumber>> DirectorNetwork::send(
    std::span<std::vector<std::uint8_t>> frames) {
  static const std::vector<std::uint8_t> echo = echo_request();
  for (std::size_t i = 0; i < frames.size(); ++i) {
    number(frames[i], i);
    if (::send(wire_.get(), frames[i].data(), frames[i].size(), 0) < 0) fail("sending a packet");
  }
  if (::send(wire_.get(), echo.data(), echo.size(), 0) < 0) fail("sending an echo request");
  std::vector<std::optional<ServerNumber>> went(frames.size());
  while (true) {
    std::array<std::uint8_t, 2048> room;
    const ssize_t length = recv(wire_.get(), room.data(), room.size(), 0);
    if (length < 0) fail("waiting for the director's echo");
    const std::span<const std::uint8_t> frame(room.data(), static_cast<std::size_t>(length));
    if (is_echo(frame)) return went;
    if (frame.size() < ip_header + sizeof(Ipv4Header)) continue;
    const MacAddress to = header_at<EthernetHeader>(frame, 0).destination;
    const ServerNumber server = to.bytes()[5];
    const std::size_t at = header_at<Ipv4Header>(frame, ip_header).identification.value();
    if (to == mac_of_server(server)) went.at(at) = server;
  }
}

std::vector<std::string> DirectorNetwork::connections() {
  std::ifstream file("/proc/thread-self/net/ip_vs_conn");
  if (!file) throw std::runtime_error("/proc/net/ip_vs_conn cannot be read");
  std::vector<std::string> lines;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) lines.push_back(line);
  return lines;
}

}  // namespace drover::test
