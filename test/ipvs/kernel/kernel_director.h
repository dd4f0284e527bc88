// SPDX-License-Identifier: BSD-3-Clause
// Linux's IPVS, asked to do what a recording has: each recording has a VIP of its own, so that the
// connections of an earlier one do not count.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "test/ipvs/kernel/director_network.h"
#include "test/ipvs/kernel/ipvs_control.h"
#include "test/ipvs/recording.h"

namespace drover::test {

class KernelDirector {
 public:
  // Number: of the recording in this network, from 0. Throws std::exception, as all here do, when
  // the kernel cannot be asked.
  KernelDirector(DirectorNetwork& network, IpvsControl& control, std::uint32_t number,
                 const Recording& recording, const std::map<std::string, int>& settings);
  // Nothing of it is under way any more that would end connections of the next one.
  ~KernelDirector();
  KernelDirector(const KernelDirector&) = delete;
  KernelDirector& operator=(const KernelDirector&) = delete;

  // Only taken note of: outcomes() sends them, as many at once as may be. What ends a connection
  // ends it by a timer of the kernel's, so what comes behind such a packet waits for that.
  void packet(const RecordedPacket& packet);
  // Where all packets since the last call went, in order.
  std::vector<std::optional<ServerNumber>> outcomes();

  // Of the first service.
  void change(const RecordedChange& change);
  RecordedTable table();
  // As `ipvsadm -Lnc` shows them, of this recording.
  std::vector<std::map<std::string, std::string>> connections() const;

 private:
  using Flow = std::tuple<Ipv4Address, std::uint16_t, std::uint16_t>;

  bool may_end_a_connection(const RecordedPacket& packet);
  bool has_server_of_no_weight() const;
  void send_pending();

  DirectorNetwork& network_;
  IpvsControl& control_;
  Ipv4Address vip_;
  bool expires_with_server_;
  std::vector<RecordedService> services_;
  std::set<Flow> known_;     // TCP's, that may have a connection
  std::set<Flow> finished_;  // of which a FIN or RST came since they were new
  std::vector<std::vector<std::uint8_t>> pending_;
  std::vector<std::optional<ServerNumber>> outcomes_;
};

}  // namespace drover::test
