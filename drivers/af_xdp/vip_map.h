// SPDX-License-Identifier: BSD-3-Clause
// The XDP program's set of VIPs.
//
// net_af_xdp loads and attaches the program and hands out nothing of it. But it does so in this
// process, so that the program and its maps are among this process's own file descriptors: we
// take the map `vips` of the program with the attached program's id from there. A program that
// somebody else has loaded, be it of the same name, is never found. No bpffs is needed (none is
// mounted on a bare machine, and a shared one would mix up two daemons), nor CAP_SYS_ADMIN, as
// opening a map by its id would.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>

#include "drivers/unique_fd.h"
#include "lib/base/result.h"
#include "lib/net/address.h"

namespace drover {

class VipMap {
 public:
  // Of the program with this id; `where` names the device in an error.
  static Result<VipMap> open(const std::string& where, std::uint32_t program_id);
  // A map made otherwise, in tests.
  explicit VipMap(UniqueFd map) : map_(std::move(map)) {}

  // New ones are added before old ones go.
  Result<void> replace(std::span<const IpAddress> vips);

 private:
  UniqueFd map_;
  std::set<IpAddress> present_;
};

}  // namespace drover
