// SPDX-License-Identifier: BSD-3-Clause
// What an operator may ask for at run time. Each function gives the changes that there would be
// then (Running::with_changes() says whether they make sense). Pure.
//
// A service is named by its name or as ADDRESS:PORT, a server by its name or address. A server is
// one of its pool: what is changed there holds for every service that uses the pool.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/config/running.h"

namespace drover::config {

Result<const Service*> find_service(const Config& config, std::string_view name);
Result<const Server*> find_server(const Config& config, const Service& service,
                                  std::string_view name);

Result<Changes> set_weight(const Running& running, std::string_view service,
                           std::string_view server, std::uint32_t weight);
Result<Changes> set_state(const Running& running, std::string_view service, std::string_view server,
                          AdminState state);

// `item` is what would stand in the file's list of servers or services.
Result<Changes> add_server(const Running& running, std::string_view service, const YamlNode& item);
Result<Changes> remove_server(const Running& running, std::string_view service,
                              std::string_view server);
Result<Changes> add_service(const Running& running, const YamlNode& item);
Result<Changes> remove_service(const Running& running, std::string_view service);

}  // namespace drover::config
