// SPDX-License-Identifier: BSD-3-Clause
// What ipvsadm 1.31 prints, to the byte and with its trailing blanks. Pure, but for NameOf.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "apps/drover/rates.h"
#include "lib/control/api_model.h"

namespace drover::client {

// How an address and a port are written: numbers, or names (ipvsadm without -n).
using NameOf = std::function<std::string(const IpAddress&, std::uint16_t, const std::string&)>;
std::string numeric_name(const IpAddress& address, std::uint16_t port, const std::string& protocol);

struct IpvsadmFormat {
  enum class Columns { connections, stats, rate, thresholds, persistent, tunnels };
  Columns columns = Columns::connections;
  bool exact = false;  // numbers with all their digits
  NameOf name_of = numeric_name;
  // Written behind a server's last column; ipvsadm itself has nothing there.
  std::function<std::string(const api::Service&, const api::Server&)> mark;
};

// IPv4 before IPv6, then by protocol number, address, port; servers by address and port. Addresses
// as ipvsadm compares them: 192.0.2.1 is before 10.0.0.1, as their difference is negative in 32
// bits.
void sort_like_ipvsadm(api::Services& services);

// "IP Virtual Server version 1.2.1 (size=4096)": what Linux says, for scripts that read it.
std::string ipvsadm_first_line();
// The columns' titles, services and servers. `rates` only for Columns::rate.
std::string ipvsadm_table(const api::Services& services, const IpvsadmFormat& format,
                          const std::optional<Rates>& rates = std::nullopt);
// -S: commands that ipvsadm -R would take.
std::string ipvsadm_rules(const api::Services& services, const NameOf& name_of);

// -c; `persistence_engine`: with the columns that --persistent-conn adds, which stay empty.
std::string ipvsadm_connections_title(bool persistence_engine = false);
std::string ipvsadm_connection(const api::Connection& connection, const NameOf& name_of);
// --timeout
std::string ipvsadm_timeouts(const api::Timeouts& timeouts);

}  // namespace drover::client
