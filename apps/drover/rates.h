// SPDX-License-Identifier: BSD-3-Clause
// What happened in each second between two samples. Pure.
#pragma once

#include <map>
#include <optional>
#include <tuple>

#include "lib/control/api_model.h"

namespace drover::client {

struct Rate {
  double connections = 0;
  double packets = 0;
  double bytes = 0;
};

class Rates {
 public:
  // Empty when the later sample is not the later one: droverd was started anew.
  Rates(const api::Services& before, const api::Services& after);

  // None for what is not in both samples, or was counted from 0 again in between.
  std::optional<Rate> of(const api::Service& service) const;
  std::optional<Rate> of(const api::Service& service, const api::Server& server) const;

 private:
  // Protocol, virtual address and port; the server's address, or none for the whole service.
  using Key = std::tuple<std::string, IpAddress, std::uint16_t, std::optional<IpAddress>>;
  static std::map<Key, api::Totals> totals_of(const api::Services& services);
  static Key key_of(const api::Service& service, const std::optional<IpAddress>& server);
  std::optional<Rate> find(const Key& key) const;

  std::map<Key, Rate> rates_;
};

}  // namespace drover::client
