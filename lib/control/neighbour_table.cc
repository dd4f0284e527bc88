// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/neighbour_table.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "lib/base/log.h"
#include "lib/control/event_source.h"
#include "lib/control/netlink_message.h"

namespace drover::control {
namespace {

// Room for the news of some thousand neighbours that change at once. The kernel doubles it.
constexpr int receive_buffer_bytes = 1 << 20;
// Datagrams that are read before others on the loop have their turn.
constexpr int datagrams_a_turn = 64;

Result<FileDescriptor> open_socket() {
  FileDescriptor socket(
      ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
  if (!socket.is_open()) return failure("netlink socket", errno_text(errno));
  const int size = receive_buffer_bytes;
  if (setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  sockaddr_nl self{};
  self.nl_family = AF_NETLINK;
  self.nl_groups = RTMGRP_LINK | RTMGRP_NEIGH;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&self), sizeof self) != 0)
    return failure("netlink socket", errno_text(errno));
  return socket;
}

}  // namespace

class NeighbourTable::Watcher {
 public:
  Watcher(boost::asio::io_context& loop, FileDescriptor socket, Changed changed)
      : socket_(loop, std::move(socket), [this] { receive(); }), changed_(std::move(changed)) {}

  void watch(const std::vector<Neighbour>& neighbours) {
    std::map<IpAddress, Watched> next;
    for (const Neighbour& neighbour : neighbours) {
      const auto known = watched_.find(neighbour.address);
      if (known != watched_.end() && known->second.interface == neighbour.interface)
        next.insert(*known);
      else
        next.insert({neighbour.address, Watched{.interface = neighbour.interface}});
    }
    watched_ = std::move(next);
    find_interfaces();
    dump();
  }

  std::optional<MacAddress> mac(const IpAddress& address) const {
    const auto found = watched_.find(address);
    return found == watched_.end() ? std::nullopt : found->second.mac;
  }

  void resolve(const IpAddress& address) {
    const auto found = watched_.find(address);
    if (found == watched_.end() || found->second.index == 0) return;
    ++sequence_;
    request(address, netlink::use_neighbour(sequence_, found->second.index, address));
  }

  void learn(const IpAddress& address, const MacAddress& mac) {
    const auto found = watched_.find(address);
    if (found == watched_.end() || found->second.index == 0) return;
    if (found->second.mac == mac || found->second.permanent) return;
    ++sequence_;
    request(address, netlink::set_neighbour(sequence_, found->second.index, address, mac));
  }

 private:
  struct Watched {
    std::string interface;
    int index = 0;  // 0: the interface is missing
    std::optional<MacAddress> mac = std::nullopt;
    bool permanent = false;
    bool reported = false;
    bool complained = false;
  };

  void find_interfaces() {
    std::map<std::string, int> indices;
    for (auto& [address, watched] : watched_) {
      auto [entry, fresh] = indices.insert({watched.interface, 0});
      if (fresh) entry->second = static_cast<int>(if_nametoindex(watched.interface.c_str()));
      watched.index = entry->second;
    }
  }

  // One at a time: the kernel refuses a second on the same socket.
  void dump() {
    if (dump_sequence_ != 0) {
      dump_again_ = true;
      return;
    }
    dump_again_ = false;
    dump_sequence_ = ++sequence_;
    send(netlink::dump_neighbours(dump_sequence_));
  }

  void request(const IpAddress& address, const netlink::Bytes& message) {
    if (send(message)) requests_.insert({sequence_, address});
  }

  bool send(const netlink::Bytes& message) {
    if (::send(socket_.get(), message.data(), message.size(), 0) >= 0) return true;
    log::warning("netlink: {}", errno_text(errno));
    return false;
  }

  void receive() {
    for (int i = 0; i < datagrams_a_turn; ++i) {
      const auto length = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
      if (length < 0) {
        if (errno == EINTR) continue;
        if (errno == ENOBUFS) lost();
        return;
      }
      netlink::parse(std::span(buffer_.data(), static_cast<std::size_t>(length)),
                     [this](const netlink::Message& message) {
                       std::visit([this](const auto& kind) { handle(kind); }, message);
                     });
    }
  }

  // The socket's buffer ran over: news and answers are missing, perhaps the end of a dump too.
  void lost() {
    log::debug("netlink: messages were lost, reading the neighbour table again");
    requests_.clear();
    dump_sequence_ = 0;
    find_interfaces();
    dump();
  }

  void handle(const netlink::NeighbourEntry& entry) {
    const auto found = watched_.find(entry.address);
    if (found == watched_.end() || found->second.index != entry.interface) return;
    Watched& watched = found->second;
    watched.permanent = entry.permanent;
    if (!entry.mac || watched.mac == entry.mac) return;
    watched.mac = entry.mac;
    report(entry.address, watched);
  }

  void handle(const netlink::NeighbourRemoved& entry) {
    const auto found = watched_.find(entry.address);
    if (found != watched_.end() && found->second.index == entry.interface)
      found->second.permanent = false;
  }

  void handle(const netlink::LinkChanged& link) {
    const bool concerns_us = std::any_of(watched_.begin(), watched_.end(), [&](const auto& entry) {
      return entry.second.interface == link.name || entry.second.index == link.interface;
    });
    if (!concerns_us) return;
    find_interfaces();
    dump();
  }

  void handle(const netlink::Answer& answer) {
    if (answer.sequence == dump_sequence_) {
      dump_sequence_ = 0;
      // EBUSY: the kernel has not yet forgotten a dump whose end was lost.
      if (dump_again_ || answer.interrupted || answer.error == EBUSY) return dump();
      if (answer.error != 0) log::warning("netlink: neighbour dump: {}", errno_text(answer.error));
      report_unknown();
      return;
    }
    const auto found = requests_.find(answer.sequence);
    if (found == requests_.end()) return;
    const IpAddress address = found->second;
    requests_.erase(found);
    if (answer.error != 0) complain(address, answer.error);
  }

  void complain(const IpAddress& address, int error) {
    const auto found = watched_.find(address);
    if (found == watched_.end() || std::exchange(found->second.complained, true)) return;
    log::warning(
        "neighbour {} on {}: {}{}", to_string(address), found->second.interface, errno_text(error),
        error == ENOBUFS ? "; raise the sysctl net.ipv4.neigh.default.gc_thresh3 (or ipv6)" : "");
  }

  void report_unknown() {
    std::vector<IpAddress> unknown;  // a callback may call watch()
    for (auto& [address, watched] : watched_)
      if (!std::exchange(watched.reported, true)) unknown.push_back(address);
    for (const IpAddress& address : unknown) changed_(address, std::nullopt);
  }

  void report(const IpAddress& address, Watched& watched) {
    watched.reported = true;
    changed_(address, watched.mac);
  }

  Readable socket_;
  Changed changed_;
  std::map<IpAddress, Watched> watched_;
  std::uint32_t sequence_ = 0;
  std::uint32_t dump_sequence_ = 0;  // 0: none is under way
  bool dump_again_ = false;
  std::map<std::uint32_t, IpAddress> requests_;
  std::array<std::uint8_t, 64 * 1024> buffer_;
};

Result<NeighbourTable> NeighbourTable::open(boost::asio::io_context& loop, Changed changed) {
  auto socket = open_socket();
  if (!socket) return tl::unexpected(socket.error());
  return NeighbourTable(std::make_unique<Watcher>(loop, std::move(*socket), std::move(changed)));
}

NeighbourTable::NeighbourTable(std::unique_ptr<Watcher> watcher) : watcher_(std::move(watcher)) {}
NeighbourTable::NeighbourTable(NeighbourTable&&) noexcept = default;
NeighbourTable& NeighbourTable::operator=(NeighbourTable&&) noexcept = default;
NeighbourTable::~NeighbourTable() = default;

void NeighbourTable::watch(const std::vector<Neighbour>& neighbours) {
  watcher_->watch(neighbours);
}
std::optional<MacAddress> NeighbourTable::mac(const IpAddress& address) const {
  return watcher_->mac(address);
}
void NeighbourTable::resolve(const IpAddress& address) {
  watcher_->resolve(address);
}
void NeighbourTable::learn(const IpAddress& address, const MacAddress& mac) {
  watcher_->learn(address, mac);
}

}  // namespace drover::control
