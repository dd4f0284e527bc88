// SPDX-License-Identifier: BSD-3-Clause
#include "drivers/kernel_interface.h"

#include <fmt/format.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "drivers/unique_fd.h"

namespace drover {
namespace {

// A struct of the kernel's that ends in an array whose length is known only at run time.
template <class Struct>
class WithTail {
 public:
  explicit WithTail(std::size_t tail_bytes)
      : words_((sizeof(Struct) + tail_bytes + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t)) {}
  Struct* operator->() { return reinterpret_cast<Struct*>(words_.data()); }
  Struct* get() { return operator->(); }

 private:
  std::vector<std::uint64_t> words_;
};

// The ethtool ioctl; what a driver does not answer counts as "no".
class Ethtool {
 public:
  Ethtool(int socket, const ifreq& request) : socket_(socket), request_(request) {}

  bool ask(void* command) {
    request_.ifr_data = static_cast<char*>(command);
    return ioctl(socket_, SIOCETHTOOL, &request_) == 0;
  }

  bool is_hardware() {
    ethtool_drvinfo info{};
    info.cmd = ETHTOOL_GDRVINFO;
    return ask(&info) && info.bus_info[0] != '\0';
  }

  unsigned queues() {
    ethtool_channels channels{};
    channels.cmd = ETHTOOL_GCHANNELS;
    if (!ask(&channels) || channels.combined_count == 0) return 1;
    return channels.combined_count;
  }

  void read_features(KernelInterface& interface) {
    const auto names = feature_names();
    const std::size_t words = (names.size() + 31) / 32;
    if (words == 0) return;
    WithTail<ethtool_gfeatures> features(words * sizeof(ethtool_get_features_block));
    features->cmd = ETHTOOL_GFEATURES;
    features->size = static_cast<std::uint32_t>(words);
    if (!ask(features.get())) return;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const bool active = (features->features[i / 32].active >> (i % 32) & 1) != 0;
      if (names[i] == "rx-lro") interface.lro = active;
      if (names[i] == "rx-gro") interface.gro = active;
      if (names[i] == "rx-gro-hw") interface.gro_hardware = active;
      if (names[i] == "rx-vlan-hw-parse") interface.vlan_stripping = active;
    }
  }

 private:
  std::vector<std::string> feature_names() {
    WithTail<ethtool_sset_info> set(sizeof(std::uint32_t));
    set->cmd = ETHTOOL_GSSET_INFO;
    set->sset_mask = 1ULL << ETH_SS_FEATURES;
    if (!ask(set.get()) || set->sset_mask == 0) return {};
    WithTail<ethtool_gstrings> strings(std::size_t{set->data[0]} * ETH_GSTRING_LEN);
    strings->cmd = ETHTOOL_GSTRINGS;
    strings->string_set = ETH_SS_FEATURES;
    strings->len = set->data[0];
    if (!ask(strings.get())) return {};
    std::vector<std::string> names;
    for (std::size_t i = 0; i < strings->len; ++i) {
      const auto* text = reinterpret_cast<const char*>(strings->data + i * ETH_GSTRING_LEN);
      names.emplace_back(text, strnlen(text, ETH_GSTRING_LEN));
    }
    return names;
  }

  int socket_;
  ifreq request_;
};

UniqueFd any_socket() {
  return UniqueFd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
}

}  // namespace

Result<KernelInterface> read_kernel_interface(const std::string& name) {
  ifreq request{};
  if (name.empty() || name.size() >= sizeof request.ifr_name)
    return failure(name, "this is no name of a network interface", "`ip link` lists them");
  std::memcpy(request.ifr_name, name.data(), name.size());

  const UniqueFd socket = any_socket();
  if (!socket) return failure(name, "no socket: " + errno_text(errno));
  const auto ask = [&](unsigned long what) { return ioctl(socket.get(), what, &request) == 0; };

  KernelInterface interface;
  if (!ask(SIOCGIFINDEX)) {
    if (errno == ENODEV)
      return failure(name, "there is no such network interface", "`ip link` lists them");
    return failure(name, "its index cannot be read: " + errno_text(errno));
  }
  interface.index = static_cast<unsigned>(request.ifr_ifindex);
  if (!ask(SIOCGIFFLAGS)) return failure(name, "its flags cannot be read: " + errno_text(errno));
  interface.up = (request.ifr_flags & IFF_UP) != 0;
  interface.multicast = (request.ifr_flags & IFF_MULTICAST) != 0;
  if (!ask(SIOCGIFMTU)) return failure(name, "its MTU cannot be read: " + errno_text(errno));
  interface.mtu = static_cast<unsigned>(request.ifr_mtu);

  Ethtool ethtool(socket.get(), request);
  interface.hardware = ethtool.is_hardware();
  interface.queues = ethtool.queues();
  ethtool.read_features(interface);
  return interface;
}

// IFF_RUNNING would follow a loss of carrier up to a second late.
bool has_carrier(unsigned index) {
  const UniqueFd socket = any_socket();
  ifreq request{};
  if (!socket || if_indextoname(index, request.ifr_name) == nullptr) return false;
  if (ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0 || (request.ifr_flags & IFF_UP) == 0)
    return false;
  ethtool_value link{};
  link.cmd = ETHTOOL_GLINK;
  return !Ethtool(socket.get(), request).ask(&link) || link.data != 0;
}

}  // namespace drover
