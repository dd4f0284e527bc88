// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vip_route.h"

#include <fmt/format.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "drivers/check_path/check_mark.h"
#include "lib/health/socket_address.h"

namespace drover::control {
namespace {

using health::NoRoute;

bool has_ipv6(const std::string& interface) {
  std::ifstream disabled(fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", interface));
  char value = '1';
  return disabled >> value && value == '0';
}

// Of TCP: closed or open, a host that has the address answers.
constexpr std::uint16_t any_port = 9;

bool is_stream(int socket) {
  int type = 0;
  socklen_t length = sizeof type;
  return getsockopt(socket, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

std::string lacks(const std::string& own, const std::string& vip) {
  return fmt::format("it answers at {} itself, so {}: run 'realserver {}' there", own,
                     health::lacks_the_vip, vip);
}

tl::unexpected<NoRoute> our_fault(std::string reason) {
  return tl::unexpected(NoRoute{.unreachable = false, .reason = std::move(reason)});
}

}  // namespace

Result<std::unique_ptr<VipRoute>> VipRoute::open(boost::asio::io_context& loop,
                                                 const std::vector<std::string>& interfaces) {
  auto program = MarkProgram::load();
  if (!program) return tl::unexpected(program.error());
  std::unique_ptr<VipRoute> route(new VipRoute(loop, std::move(*program)));
  for (const std::string& interface : interfaces)
    if (auto attached = route->attach(interface); !attached)
      return tl::unexpected(attached.error());
  route->look_at_interfaces();
  return route;
}

Result<void> VipRoute::attach(const std::string& interface) {
  auto filter = EgressFilter::attach(interface, program_.program());
  if (!filter) return tl::unexpected(filter.error());
  auto way = MarkRoute::put_up(interface, true, has_ipv6(interface));
  if (!way) return tl::unexpected(way.error());
  ports_.insert({interface, Port{std::move(*filter), std::move(*way), {}}});
  return {};
}

// Interfaces that servers are reached by and that were not there so far.
Result<void> VipRoute::attach_missing() {
  Result<void> result;
  lacks_.clear();
  for (const auto& [address, entry] : servers_) {
    if (ports_.contains(entry.interface) || lacks_.contains(entry.interface)) continue;
    auto attached = attach(entry.interface);
    if (attached) continue;
    lacks_[entry.interface] = to_string(attached.error());
    if (result) result = std::move(attached);
  }
  return result;
}

Result<void> VipRoute::update(const std::vector<RoutedServer>& servers,
                              const std::set<IpAddress>& vips) {
  vips_ = vips;
  leave_out(servers);
  Result<void> result;
  for (const RoutedServer& server : servers)
    if (auto entered = enter(server); !entered && result) result = std::move(entered);
  const bool lacks_any = std::ranges::any_of(
      servers_, [&](const auto& each) { return !ports_.contains(each.second.interface); });
  if (!lacks_any) return result;
  auto attached = attach_missing();
  look_at_interfaces();
  return result ? attached : result;
}

void VipRoute::leave_out(const std::vector<RoutedServer>& servers) {
  std::set<IpAddress> stay;
  for (const RoutedServer& server : servers) stay.insert(server.address);
  std::erase_if(servers_, [&](const auto& each) {
    const auto& [address, entry] = each;
    if (stay.contains(address)) return false;
    program_.remove(entry.mark);
    free_marks_.push_back(entry.mark);
    return true;
  });
  std::erase_if(twins_, [&](const auto& twin) { return !stay.contains(twin.first.first.server); });
}

Result<void> VipRoute::enter(const RoutedServer& server) {
  auto [found, is_new] = servers_.insert({server.address, Entry{}});
  Entry& entry = found->second;
  if (is_new) {
    if (free_marks_.empty()) free_marks_.push_back(CHECK_MARK | next_mark_++);
    entry.mark = free_marks_.back();
    free_marks_.pop_back();
  }
  entry.interface = server.interface;
  if (entry.mac == server.mac) return {};
  entry.mac = server.mac;
  if (server.mac) return program_.set(entry.mark, *server.mac);
  program_.remove(entry.mark);
  return {};
}

void VipRoute::look_at_interfaces() {
  std::set<std::string> names;
  for (const auto& [name, port] : ports_) names.insert(name);
  for (auto& [name, view] : view_interfaces(names)) ports_.at(name).view = std::move(view);
}

Result<void> VipRoute::restore() {
  std::erase_if(ports_, [](const auto& port) {
    return port.second.filter.index() != if_nametoindex(port.first.c_str());
  });
  Result<void> result = attach_missing();
  look_at_interfaces();
  for (auto& [name, port] : ports_) {
    if (auto done = port.filter.restore(); !done) result = std::move(done);
    if (auto done = port.route.restore(true, has_ipv6(name)); !done) result = std::move(done);
  }
  return result;
}

tl::expected<IpAddress, NoRoute> VipRoute::prepare(int socket, const health::Subject& subject) {
  const auto found = servers_.find(subject.server);
  if (found == servers_.end()) return our_fault("it is no server of ours");
  const Entry& entry = found->second;
  if (!entry.mac)
    return tl::unexpected(NoRoute{.unreachable = true, .reason = "it has no MAC address"});
  const auto port = ports_.find(entry.interface);
  if (port == ports_.end()) {
    const auto why = lacks_.find(entry.interface);
    return our_fault(why == lacks_.end() ? fmt::format("{} is gone", entry.interface)
                                         : why->second);
  }

  const auto from = choose_sender(port->second.view, subject.server, vips_);
  if (!from)
    return our_fault(fmt::format("{} has no {} address to check from", entry.interface,
                                 subject.server.is_v4() ? "IPv4" : "IPv6"));
  if (auto directed = direct(socket, entry, *from); !directed)
    return tl::unexpected(directed.error());
  start_twin(socket, subject, entry, *from);
  return subject.vip;
}

// Sets it upon the way to this server.
tl::expected<void, NoRoute> VipRoute::direct(int socket, const Entry& entry,
                                             const IpAddress& from) const {
  const auto set = [&](int level, int name, const void* value, socklen_t length) {
    return setsockopt(socket, level, name, value, length) == 0;
  };
  const int on = 1;
  const std::string& device = entry.interface;
  if (!set(SOL_SOCKET, SO_MARK, &entry.mark, sizeof entry.mark) ||
      !set(SOL_SOCKET, SO_BINDTODEVICE, device.c_str(), static_cast<socklen_t>(device.size() + 1)))
    return our_fault("its socket cannot be marked: " + errno_text(errno));
  // The port is chosen by connect(2), so that as many are free as there are for each VIP and port.
  set(IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const health::SocketAddress source(from, 0);
  if (bind(socket, source.get(), source.length) != 0)
    return our_fault(fmt::format("cannot send from {}: {}", to_string(from), errno_text(errno)));
  return {};
}

// Beside a first check and one that has failed before. So one that goes well costs one exchange,
// and one that fails has its reason at once. Silence to a datagram may be the program's fault;
// silence to a SYN for the VIP, while one for the server's own address is answered, is not.
void VipRoute::start_twin(int socket, const health::Subject& subject, const Entry& entry,
                          const IpAddress& from) {
  const bool has_connections = is_stream(socket);
  Twin& twin = twins_.try_emplace({subject, has_connections}, loop_).first->second;
  if (!std::exchange(twin.has_failed, false)) {
    twin.at_server.stop();
    twin.at_vip.stop();
    return;
  }
  const std::uint16_t port = subject.port != 0 ? subject.port : any_port;
  twin.at_server.start(subject.server, port);
  if (!has_connections)
    twin.at_vip.start(subject.vip, port,
                      [&](int its) { return direct(its, entry, from).has_value(); });
}

std::string VipRoute::hint(const health::Subject& subject, health::Failure failure) {
  using health::Failure;
  const bool has_connections = failure == Failure::refused || failure == Failure::silent;
  const auto found = twins_.find({subject, has_connections});
  if (found == twins_.end()) return {};
  Twin& twin = found->second;
  twin.has_failed = true;
  const std::string vip = to_string(subject.vip);
  const std::string own = to_string(subject.server);
  const bool is_there = twin.at_server.has_answer();
  switch (failure) {
    case Failure::silent:
      return is_there ? lacks(own, vip) : "";
    case Failure::unanswered:
      if (twin.at_vip.has_answer()) return {};
      return is_there ? lacks(own, vip) : fmt::format("does it have {} on its loopback?", vip);
    case Failure::refused:
      if (twin.at_server.answer() != CheckTwin::Answer::accepted) return {};
      return fmt::format("it takes connections at {} alone, not at {}", own, vip);
    case Failure::rejected:
      break;
  }
  return {};
}

}  // namespace drover::control
