// SPDX-License-Identifier: BSD-3-Clause
#include "test/ipvs/kernel/ipvs_control.h"

#include <linux/ip_vs.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace drover::test {
namespace {

struct ServiceAndServer {
  ip_vs_service_user service;
  ip_vs_dest_user server;
};

std::uint16_t protocol_of(const RecordedService& service) {
  return service.protocol == config::Protocol::udp ? IPPROTO_UDP : IPPROTO_TCP;
}

ip_vs_service_user to_kernel(Ipv4Address vip, const RecordedService& service) {
  ip_vs_service_user made{};
  made.protocol = protocol_of(service);
  made.addr = htonl(vip.value());
  made.port = htons(service.port);
  service.scheduler.copy(made.sched_name, sizeof made.sched_name - 1);
  made.netmask = ~0U;
  if (service.persistent) {
    made.flags |= IP_VS_SVC_F_PERSISTENT;
    made.timeout = static_cast<unsigned>(service.persistent->count());
    made.netmask = htonl(~0U << (32 - service.mask));
  }
  if (service.one_packet) made.flags |= IP_VS_SVC_F_ONEPACKET;
  for (const config::SchedulerFlag flag : service.flags)
    made.flags |= flag == config::SchedulerFlag::port ? IP_VS_SVC_F_SCHED_SH_PORT
                                                      : IP_VS_SVC_F_SCHED_SH_FALLBACK;
  return made;
}

ip_vs_dest_user to_kernel(const RecordedService& service, const RecordedServer& server) {
  ip_vs_dest_user made{};
  made.addr = htonl(recorded_vip.value() + server.id);
  made.port = htons(service.port);
  made.conn_flags = IP_VS_CONN_F_DROUTE;
  made.weight = static_cast<int>(server.weight);
  made.u_threshold = server.upper;
  made.l_threshold = server.lower;
  return made;
}

template <class Value>
void set(const UniqueFd& socket, int option, const Value& value) {
  if (setsockopt(socket.get(), IPPROTO_IP, option, &value, sizeof value) != 0)
    throw std::system_error(errno, std::generic_category(),
                            "IPVS's socket option " + std::to_string(option - IP_VS_BASE_CTL));
}

}  // namespace

IpvsControl::IpvsControl() : socket_(::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW)) {
  if (!socket_) throw std::system_error(errno, std::generic_category(), "a raw socket");
  ip_vs_getinfo info{};
  socklen_t length = sizeof info;
  if (getsockopt(socket_.get(), IPPROTO_IP, IP_VS_SO_GET_INFO, &info, &length) != 0)
    throw std::runtime_error("this kernel has no IPVS: modprobe ip_vs");
}

void IpvsControl::remove_everything() {
  if (setsockopt(socket_.get(), IPPROTO_IP, IP_VS_SO_SET_FLUSH, nullptr, 0) != 0)
    throw std::system_error(errno, std::generic_category(), "IPVS's flush");
}

void IpvsControl::add_service(Ipv4Address vip, const RecordedService& service) {
  set(socket_, IP_VS_SO_SET_ADD, to_kernel(vip, service));
}

void IpvsControl::add_server(Ipv4Address vip, const RecordedService& service,
                             const RecordedServer& server) {
  change(IP_VS_SO_SET_ADDDEST, vip, service, server);
}

void IpvsControl::edit_server(Ipv4Address vip, const RecordedService& service,
                              const RecordedServer& server) {
  change(IP_VS_SO_SET_EDITDEST, vip, service, server);
}

void IpvsControl::remove_server(Ipv4Address vip, const RecordedService& service,
                                ServerNumber server) {
  change(IP_VS_SO_SET_DELDEST, vip, service, {.id = server});
}

void IpvsControl::change(int option, Ipv4Address vip, const RecordedService& service,
                         const RecordedServer& server) {
  set(socket_, option, ServiceAndServer{to_kernel(vip, service), to_kernel(service, server)});
}

RecordedTable IpvsControl::table(Ipv4Address vip, const RecordedService& service,
                                 std::size_t servers) {
  ip_vs_get_dests question{};
  question.protocol = protocol_of(service);
  question.addr = htonl(vip.value());
  question.port = htons(service.port);
  question.num_dests = static_cast<unsigned>(servers);
  std::vector<char> room(sizeof question + servers * sizeof(ip_vs_dest_entry));
  std::memcpy(room.data(), &question, sizeof question);
  auto length = static_cast<socklen_t>(room.size());
  if (getsockopt(socket_.get(), IPPROTO_IP, IP_VS_SO_GET_DESTS, room.data(), &length) != 0)
    throw std::system_error(errno, std::generic_category(), "IPVS's list of servers");
  RecordedTable rows;
  for (std::size_t at = sizeof question; at < length; at += sizeof(ip_vs_dest_entry)) {
    ip_vs_dest_entry row;
    std::memcpy(&row, room.data() + at, sizeof row);
    rows[ntohl(row.addr) - recorded_vip.value()] = {static_cast<std::uint32_t>(row.weight),
                                                    row.activeconns, row.inactconns};
  }
  return rows;
}

}  // namespace drover::test
