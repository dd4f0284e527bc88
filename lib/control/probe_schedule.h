// SPDX-License-Identifier: BSD-3-Clause
// When to ask which server, whether by unicast or broadcast, and what to believe of what is heard.
// Pure: time comes in as a parameter.
//
// A server is asked once a second at the MAC address that it is known by. Is there no answer by the
// next time, everybody is asked, so a silent move is seen within 2 s (3 s if a frame is lost). One
// that stays silent for long is asked every other second. The servers are spread over the second.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "lib/net/address.h"

namespace drover::control {

class ProbeSchedule {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds period{1000};
  static constexpr std::chrono::milliseconds patient_period{2000};
  static constexpr unsigned patient_after = 10;  // rounds without an answer

  struct Probe {
    IpAddress address;
    bool broadcast = false;  // the last one was not answered; else ask at the known MAC address
    friend bool operator==(const Probe&, const Probe&) = default;
  };

  enum class Heard {
    answer,        // to a question, ours or the kernel's
    announcement,  // of the server's own accord: a gratuitous ARP, a request of its own
  };

  // Those that stay keep their turn and what is known of their answers.
  void replace(const std::set<IpAddress>& addresses, Time now);

  // Those whose turn has come.
  std::vector<Probe> due(Time now);

  // The next turn of any; none without servers.
  std::optional<Time> next() const;

  bool contains(const IpAddress& address) const { return servers_.contains(address); }

  // Whether `mac`, just heard from the address, is to replace the known one. An announcement always
  // does, an answer only when the known address was silent or there is none: of two machines that
  // answer for one address the first one stays.
  bool believe(const IpAddress& address, const MacAddress& mac,
               const std::optional<MacAddress>& known, Heard heard);

 private:
  struct Server {
    Time next;
    bool asked = false;
    bool answered = false;  // since it was asked last
    unsigned silent_rounds = 0;
  };
  void take_turn(const IpAddress& address, Server& server, Time now);

  std::map<IpAddress, Server> servers_;
  std::set<std::pair<Time, IpAddress>> turns_;
};

}  // namespace drover::control
