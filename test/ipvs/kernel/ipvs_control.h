// SPDX-License-Identifier: BSD-3-Clause
// What ipvsadm does, by the socket options of linux/ip_vs.h: a thousand times faster than a process
// each.
#pragma once

#include <cstddef>

#include "drivers/unique_fd.h"
#include "lib/net/address.h"
#include "test/ipvs/recording.h"

namespace drover::test {

// Belongs to the network namespace in which it is made. Throws std::system_error where the kernel
// refuses; std::runtime_error when it has no IPVS.
class IpvsControl {
 public:
  IpvsControl();

  void remove_everything();
  void add_service(Ipv4Address vip, const RecordedService& service);
  void add_server(Ipv4Address vip, const RecordedService& service, const RecordedServer& server);
  void edit_server(Ipv4Address vip, const RecordedService& service, const RecordedServer& server);
  void remove_server(Ipv4Address vip, const RecordedService& service, ServerNumber server);
  // Of a service with as many servers.
  RecordedTable table(Ipv4Address vip, const RecordedService& service, std::size_t servers);

 private:
  void change(int option, Ipv4Address vip, const RecordedService& service,
              const RecordedServer& server);

  UniqueFd socket_;
};

}  // namespace drover::test
