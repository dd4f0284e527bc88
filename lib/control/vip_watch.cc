// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/vip_watch.h"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/event_source.h"
#include "lib/control/interface_view.h"
#include "lib/control/packet_socket.h"
#include "lib/control/probe_frame.h"
#include "lib/net/wire.h"

namespace drover::control {
namespace {

constexpr std::chrono::seconds period{1};
// Frames that are read before others on the loop have their turn.
constexpr int frames_a_turn = 64;

}  // namespace

class VipWatch::Watcher {
 public:
  Watcher(boost::asio::io_context& loop, Claimed claimed)
      : loop_(loop), claimed_(std::move(claimed)), alarm_(loop, [this] { tick(); }) {}

  void watch(const std::set<std::string>& names, const std::set<IpAddress>& vips) {
    vips_ = vips;
    next_ = vips_.begin();
    std::map<std::string, Interface> interfaces;
    for (const std::string& name : names) {
      auto kept = interfaces_.extract(name);
      if (kept)
        interfaces.insert(std::move(kept));  // with its sockets
      else
        interfaces[name];
    }
    interfaces_ = std::move(interfaces);
    alarm_.set(std::chrono::steady_clock::now());
  }

 private:
  struct Interface {
    InterfaceView view;
    std::map<std::uint16_t, Readable> sockets;  // by Ethernet type; of view.index
    bool complained = false;
  };

  void tick() {
    view();
    if (!vips_.empty()) {
      if (next_ == vips_.end()) next_ = vips_.begin();
      ask_for(*next_++);
    }
    alarm_.set(std::chrono::steady_clock::now() + period);
  }

  void view() {
    std::set<std::string> names;
    for (const auto& [name, interface] : interfaces_) names.insert(name);
    for (auto& [name, view] : view_interfaces(names)) {
      Interface& interface = interfaces_.at(name);
      if (view.index != interface.view.index) interface.sockets.clear();
      interface.view = std::move(view);
      if (interface.view.index != 0)
        for (const std::uint16_t type : {ether_type::arp, ether_type::ipv6})
          open(name, interface, type);
    }
  }

  void open(const std::string& name, Interface& interface, std::uint16_t type) {
    if (interface.sockets.contains(type)) return;
    auto socket = open_packet_socket(interface.view.index, type);
    if (!socket) {
      if (!std::exchange(interface.complained, true))
        log::warning("{}: nobody watches for others that claim a VIP: {}", name,
                     to_string(socket.error()));
      return;
    }
    const int descriptor = socket->get();
    interface.sockets.insert({type, Readable(loop_, std::move(*socket), [this, type, descriptor] {
                                receive(type, descriptor);
                              })});
  }

  void ask_for(const IpAddress& vip) {
    for (auto& [name, interface] : interfaces_) {
      const auto socket = interface.sockets.find(vip.is_v4() ? ether_type::arp : ether_type::ipv6);
      const auto sender = choose_sender(interface.view, vip, vips_);
      if (socket == interface.sockets.end() || !interface.view.running || !sender) continue;
      const auto frame = make_probe({*sender, interface.view.mac}, vip, std::nullopt);
      send_frame(socket->second.get(), interface.view.index, frame);
    }
  }

  void receive(std::uint16_t type, int socket) {
    for (int i = 0; i < frames_a_turn; ++i) {
      const auto frame = receive_frame(socket, buffer_);
      if (!frame) return;
      const auto heard = type == ether_type::arp
                             ? parse_arp(frame->payload)
                             : parse_advertisement(frame->payload, frame->source);
      if (heard && vips_.contains(heard->address)) claimed_(heard->address, heard->mac);
    }
  }

  boost::asio::io_context& loop_;
  Claimed claimed_;
  std::set<IpAddress> vips_;
  std::set<IpAddress>::iterator next_ = vips_.end();
  std::map<std::string, Interface> interfaces_;
  std::array<std::uint8_t, 2048> buffer_;
  Alarm alarm_;
};

VipWatch::VipWatch(boost::asio::io_context& loop, Claimed claimed)
    : watcher_(std::make_unique<Watcher>(loop, std::move(claimed))) {}
VipWatch::VipWatch(VipWatch&&) noexcept = default;
VipWatch& VipWatch::operator=(VipWatch&&) noexcept = default;
VipWatch::~VipWatch() = default;

void VipWatch::watch(const std::set<std::string>& interfaces, const std::set<IpAddress>& vips) {
  watcher_->watch(interfaces, vips);
}

}  // namespace drover::control
