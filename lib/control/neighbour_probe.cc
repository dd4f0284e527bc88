// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/neighbour_probe.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/event_source.h"
#include "lib/control/interface_view.h"
#include "lib/control/packet_socket.h"
#include "lib/control/probe_frame.h"
#include "lib/control/probe_schedule.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;

// How often interfaces are looked at, so that one that comes back is probed within a second.
constexpr std::chrono::seconds view_period{1};
// Many servers share a wake-up.
constexpr std::chrono::milliseconds shortest_sleep{10};
// Frames that are read before others on the loop have their turn.
constexpr int frames_a_turn = 64;

std::uint16_t ether_type_of(const IpAddress& address) {
  return address.is_v4() ? ether_type::arp : ether_type::ipv6;
}

}  // namespace

class NeighbourProbe::Prober {
 public:
  Prober(boost::asio::io_context& loop, NeighbourTable& table)
      : loop_(loop), table_(table), alarm_(loop, [this] { tick(); }) {}

  void watch(const std::vector<Neighbour>& neighbours, const std::set<IpAddress>& excluded) {
    excluded_ = excluded;
    interface_of_.clear();
    std::set<IpAddress> addresses;
    std::map<std::string, Interface> interfaces;
    for (const Neighbour& neighbour : neighbours) {
      addresses.insert(neighbour.address);
      interface_of_[neighbour.address] = neighbour.interface;
      // try_emplace: an interface that stays keeps its sockets.
      auto kept = interfaces_.extract(neighbour.interface);
      if (kept) interfaces.insert(std::move(kept));
      interfaces[neighbour.interface].types.insert(ether_type_of(neighbour.address));
    }
    interfaces_ = std::move(interfaces);
    schedule_.replace(addresses, Clock::now());
    next_view_ = Clock::now();
    set_alarm();
  }

 private:
  struct Interface {
    InterfaceView view;
    std::set<std::uint16_t> types;              // Ethernet types of its servers
    std::map<std::uint16_t, Readable> sockets;  // of view.index
    std::set<std::uint16_t> without_address;    // said so
    bool complained = false;                    // of the socket
  };

  void tick() {
    const auto now = Clock::now();
    if (now >= next_view_) {
      next_view_ = now + view_period;
      view();
    }
    for (const ProbeSchedule::Probe& probe : schedule_.due(now)) send(probe);
    set_alarm();
  }

  void set_alarm() {
    if (const auto next = schedule_.next())
      alarm_.set(std::max(*next, Clock::now() + shortest_sleep));
  }

  void view() {
    std::set<std::string> names;
    for (const auto& [name, interface] : interfaces_) names.insert(name);
    for (auto& [name, view] : view_interfaces(names)) {
      Interface& interface = interfaces_.at(name);
      if (view.index != interface.view.index) interface.sockets.clear();
      interface.view = std::move(view);
      open_sockets(name, interface);
    }
  }

  void open_sockets(const std::string& name, Interface& interface) {
    if (interface.view.index == 0) return;
    for (const std::uint16_t type : interface.types) {
      if (interface.sockets.contains(type)) continue;
      auto socket = open_packet_socket(interface.view.index, type);
      if (!socket) {
        if (!std::exchange(interface.complained, true))
          log::warning("{}: servers are not probed: {}", name, to_string(socket.error()));
        continue;
      }
      interface.complained = false;
      const int descriptor = socket->get();
      interface.sockets.insert(
          {type, Readable(loop_, std::move(*socket),
                          [this, name, type, descriptor] { receive(name, type, descriptor); })});
    }
  }

  void send(const ProbeSchedule::Probe& probe) {
    const std::string& name = interface_of_.at(probe.address);
    Interface& interface = interfaces_.at(name);
    const std::uint16_t type = ether_type_of(probe.address);
    const auto socket = interface.sockets.find(type);
    if (socket == interface.sockets.end() || !interface.view.running) return;
    const auto sender = choose_sender(interface.view, probe.address, excluded_);
    if (!sender) {
      if (interface.without_address.insert(type).second)
        log::warning(
            "{} has no {} address of its own: its servers cannot be probed, one that moves to "
            "another MAC address in silence is noticed late",
            name, probe.address.is_v4() ? "IPv4" : "IPv6");
      return;
    }
    interface.without_address.erase(type);
    const auto to = probe.broadcast ? std::nullopt : table_.mac(probe.address);
    const auto frame = make_probe({*sender, interface.view.mac}, probe.address, to);
    // An error here is an interface that goes down or a full queue; the next round tells.
    send_frame(socket->second.get(), interface.view.index, frame);
  }

  void receive(const std::string& name, std::uint16_t type, int socket) {
    for (int i = 0; i < frames_a_turn; ++i) {
      const auto frame = receive_frame(socket, buffer_);
      if (!frame) return;
      const auto heard = type == ether_type::arp
                             ? parse_arp(frame->payload)
                             : parse_advertisement(frame->payload, frame->source);
      if (heard) judge(name, *heard);
    }
  }

  void judge(const std::string& name, const HeardNeighbour& heard) {
    const auto interface = interface_of_.find(heard.address);
    if (interface == interface_of_.end() || interface->second != name) return;
    if (schedule_.believe(heard.address, heard.mac, table_.mac(heard.address), heard.heard))
      table_.learn(heard.address, heard.mac);
  }

  boost::asio::io_context& loop_;
  NeighbourTable& table_;
  std::set<IpAddress> excluded_;
  std::map<IpAddress, std::string> interface_of_;
  std::map<std::string, Interface> interfaces_;
  ProbeSchedule schedule_;
  Clock::time_point next_view_;
  std::array<std::uint8_t, 2048> buffer_;
  Alarm alarm_;
};

NeighbourProbe::NeighbourProbe(boost::asio::io_context& loop, NeighbourTable& table)
    : prober_(std::make_unique<Prober>(loop, table)) {}
NeighbourProbe::NeighbourProbe(NeighbourProbe&&) noexcept = default;
NeighbourProbe& NeighbourProbe::operator=(NeighbourProbe&&) noexcept = default;
NeighbourProbe::~NeighbourProbe() = default;

void NeighbourProbe::watch(const std::vector<Neighbour>& neighbours,
                           const std::set<IpAddress>& virtual_addresses) {
  prober_->watch(neighbours, virtual_addresses);
}

}  // namespace drover::control
