// SPDX-License-Identifier: BSD-3-Clause
// What `drover doctor` knows of this host, the configuration and a running droverd; its checks
// decide from this alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/control/api_model.h"
#include "lib/net/address.h"

namespace drover::client::doctor {

enum class Xdp { none, native, generic };

struct Interface {
  bool exists = false;
  unsigned mtu = 0;
  bool lro = false;
  bool gro = false;           // the kernel's own
  bool gro_hardware = false;  // the card's
  bool hardware = false;      // not a veth, tap and the like
  bool multicast = true;
  Xdp xdp = Xdp::none;
  std::optional<unsigned> numa_node;
  unsigned rp_filter = 0;  // in effect: the larger of its own and that of `all`
};

struct Port {
  std::string name;
  std::string driver;            // "af_xdp", "pci", "vdev"
  std::string device;            // as configured
  std::string kernel_interface;  // whose checks and VRRP go there
};

struct LocalAddress {
  std::string interface;
  IpInterface address;
};

struct Facts {
  // From the file, or without one from droverd.
  std::vector<Port> ports;
  std::set<IpAddress> vips;
  bool vrrp_by_multicast = false;
  std::vector<unsigned> cores;  // the workers'; empty: not known

  std::map<std::string, Interface> interfaces;  // of the ports
  std::vector<LocalAddress> addresses;          // of this host
  std::map<IpAddress, std::string> way_to;      // VIP -> the interface of the kernel's route to it
  std::uint64_t free_hugepage_megabytes = 0;
  std::map<unsigned, unsigned> numa_node_of_core;

  std::optional<api::Status> status;  // none: droverd does not answer
  std::optional<api::Services> services;
};

}  // namespace drover::client::doctor
