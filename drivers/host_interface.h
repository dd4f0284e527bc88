// SPDX-License-Identifier: BSD-3-Clause
// The host interface of a pci or vdev port: a tap through which the kernel sees the frames that are
// not for a VIP, and sends its own. It has the port's MAC address and the balancer's addresses.
// Checksums are complete both ways: no offload is switched on.
//
// Control thread only. A read and a write are system calls: workers hand frames over by a ring.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "drivers/unique_fd.h"
#include "lib/base/result.h"
#include "lib/net/address.h"

namespace drover {

struct HostInterfaceSettings {
  std::string name;  // of the kernel's interface
  MacAddress mac;    // zero: the kernel makes one up
  std::uint16_t mtu = 1500;
  std::vector<IpInterface> addresses;
};

class HostInterface {
 public:
  // "drover-NAME" for the port NAME; an error when the kernel's limit of 15 characters is passed.
  static Result<std::string> name_for(const std::string& port);

  // Makes it, gives it its addresses and sets it up. It vanishes with the object, and with the
  // process however that ends.
  static Result<std::unique_ptr<HostInterface>> create(const HostInterfaceSettings& settings);

  HostInterface(const HostInterface&) = delete;
  HostInterface& operator=(const HostInterface&) = delete;

  const std::string& name() const { return name_; }
  // Readable when a frame waits; non-blocking.
  int fd() const { return tap_.get(); }

  // One frame from the kernel into `room`: its length, or nothing when none waits.
  std::optional<std::size_t> read(std::span<std::byte> room);
  // Whether read() has found that somebody deleted it; its descriptor is then readable for ever.
  bool deleted() const { return deleted_; }
  // One frame to the kernel; false when it does not take it (counted by the caller).
  bool write(std::span<const std::byte> frame);

 private:
  HostInterface(UniqueFd tap, std::string name) : tap_(std::move(tap)), name_(std::move(name)) {}
  UniqueFd tap_;
  std::string name_;
  bool deleted_ = false;
};

}  // namespace drover
