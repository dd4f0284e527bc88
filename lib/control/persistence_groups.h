// SPDX-License-Identifier: BSD-3-Clause
// Gives virtual services their groups of clients' templates. The same group always has the same id;
// another mask makes another one, so that templates made by the old mask go. Control thread only.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/control/id_registry.h"
#include "lib/datapath/persistence.h"

namespace drover::control {

struct ServiceView;

class PersistenceGroups {
 public:
  // To all virtual services of this one, if it is persistent. Its VIP has its ids.
  void assign(const config::Service& service, std::span<ServiceView> views, IdRegistry& ids);
  // All groups that are in use, by PersistenceId.
  static std::vector<std::shared_ptr<const datapath::Persistence>> collect(
      const std::vector<ServiceView>& views);

 private:
  struct Key {
    std::string service;
    ServiceKey virtual_service;  // port 0: all of them
    std::uint8_t mask = 0;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  std::shared_ptr<const datapath::Persistence> make(const config::Service& service,
                                                    std::span<const ServiceView> views,
                                                    IdRegistry& ids);

  std::map<Key, PersistenceId> groups_;
};

}  // namespace drover::control
