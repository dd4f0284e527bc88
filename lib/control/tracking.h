// SPDX-License-Identifier: BSD-3-Clause
// Watches what the VRRP instances track - links, the share of a service's servers that are up,
// scripts - and says which priority each has by that. Control thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/config/config.h"
#include "lib/control/event_source.h"
#include "lib/health/prober.h"
#include "lib/health/rise_and_fall.h"

namespace drover::control {

class Tracking {
 public:
  struct Sources {
    std::function<bool(std::size_t port)> link_up;
    // Of a service by its name: from 0 to 100.
    std::function<unsigned(const std::string& service)> percent_up;
  };
  // An instance's priority from now on; `fault`: why it may not be master at all, or empty.
  using Say =
      std::function<void(std::size_t instance, std::uint8_t priority, const std::string& fault)>;

  // Looks ten times a second, and whenever look() is called.
  Tracking(boost::asio::io_context& loop, const config::Config& config, Sources sources, Say say);

  void look();

 private:
  struct Script {
    config::Track settings;
    std::unique_ptr<health::Prober> prober;
    health::RiseAndFall state;
    Alarm next;
    std::string reason;
  };
  struct Instance {
    std::uint8_t base = 0;
    std::size_t port = 0;
    std::vector<config::Track> things;
    std::vector<Script*> scripts;  // by thing; null for the others
    std::optional<std::uint8_t> said;
    std::string said_fault;
  };
  void look_at(std::size_t index);
  void run(Script& script);
  std::optional<std::string> failure_of(const Instance& instance, std::size_t thing) const;

  boost::asio::io_context& loop_;
  Sources sources_;
  Say say_;
  std::vector<std::unique_ptr<Script>> scripts_;
  std::vector<Instance> instances_;
  std::vector<std::string> port_names_;
  Alarm again_;
};

}  // namespace drover::control
