// SPDX-License-Identifier: BSD-3-Clause
// An ethdev made while EAL runs, by its device string ("net_ring0", "0000:05:00.0").
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "lib/base/result.h"

namespace drover {

class HotplugDevice {
 public:
  // Makes the ethdev called `name` (what stands before the first comma of `device`), or takes the
  // one that EAL's start has made. `where` names it in an error.
  static Result<HotplugDevice> probe(const std::string& where, const std::string& device);

  HotplugDevice(HotplugDevice&& other) noexcept;
  HotplugDevice& operator=(HotplugDevice&&) = delete;
  ~HotplugDevice();  // closes and removes it

  std::uint16_t port() const { return port_.value(); }

 private:
  explicit HotplugDevice(std::uint16_t port) : port_(port) {}
  std::optional<std::uint16_t> port_;  // nothing once moved from
};

}  // namespace drover
