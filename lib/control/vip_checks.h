// SPDX-License-Identifier: BSD-3-Clause
// The checks' way to the VIP while droverd runs: put up with the first configuration in which a
// check takes it, and kept as servers, MAC addresses and the kernel change. Control thread only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/config/config.h"
#include "lib/control/kernel_changes.h"
#include "lib/control/snapshot_builder.h"
#include "lib/control/vip_route.h"

namespace drover::control {

class VipChecks final : public health::CheckRoute {
 public:
  // Of a server: the kernel's interface by which it is reached.
  using InterfaceOf = std::function<std::string(const ReachedServer&)>;

  explicit VipChecks(boost::asio::io_context& loop) : loop_(loop) {}

  // If a check of `config` takes the way; once put up it stays. `interfaces`: the kernel's side of
  // each port. Error: as VipRoute::open().
  Result<void> put_up(const config::Config& config, const std::set<std::string>& interfaces);

  // Whose checks run from now on, after put_up().
  void configure(const config::Config& config);

  // After each snapshot of `builder`. What is in the way is logged, once.
  void follow(const SnapshotBuilder& builder, const MacOf& mac_of, const InterfaceOf& interface_of);

  tl::expected<IpAddress, health::NoRoute> prepare(int socket,
                                                   const health::Subject& subject) override;
  std::string hint(const health::Subject& subject, health::Failure failure) override;

 private:
  void kernel_changed();
  void complain(const Result<void>& done);

  boost::asio::io_context& loop_;
  std::set<IpAddress> checked_;  // servers
  std::unique_ptr<VipRoute> route_;
  std::optional<KernelChanges> kernel_changes_;
  std::string complaint_;
};

}  // namespace drover::control
