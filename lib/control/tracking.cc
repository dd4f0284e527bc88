// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/tracking.h"

#include <fmt/format.h>

#include <utility>

#include "lib/config/failover_vips.h"
#include "lib/config/networks.h"
#include "lib/failover/tracked_priority.h"
#include "lib/health/program.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds period{100};

}  // namespace

Tracking::Tracking(boost::asio::io_context& loop, const config::Config& config, Sources sources,
                   Say say)
    : loop_(loop), sources_(std::move(sources)), say_(std::move(say)), again_(loop, [this] {
        look();
        again_.set(Clock::now() + period);
      }) {
  for (const config::Port& port : config.ports) port_names_.push_back(port.name);
  if (!config.failover) return;
  for (std::size_t i = 0; i < config.failover->vrrp.size(); ++i) {
    const config::VrrpInstance& from = config.failover->vrrp[i];
    Instance instance{.base = config::priority_of_instance(config, from),
                      .port = config::port_of_instance(config, i),
                      .things = from.track,
                      .scripts = {},
                      .said = {},
                      .said_fault = {}};
    for (const config::Track& thing : from.track) {
      instance.scripts.push_back(nullptr);
      if (!thing.script) continue;
      const health::Program program{.command = thing.script->command,
                                    .user = thing.script->user,
                                    .reader = nullptr,
                                    .output = thing.script->output,
                                    .environment = {}};
      scripts_.push_back(std::make_unique<Script>(
          Script{.settings = thing,
                 .prober = health::make_program(loop_, {}, program),
                 .state = health::RiseAndFall(thing.rise, thing.fall),
                 .next = Alarm(loop_, [this, at = scripts_.size()] { run(*scripts_[at]); }),
                 .reason = {}}));
      instance.scripts.back() = scripts_.back().get();
      scripts_.back()->next.set(Clock::now());
    }
    instances_.push_back(std::move(instance));
  }
  again_.set(Clock::now());
}

void Tracking::look() {
  for (std::size_t i = 0; i < instances_.size(); ++i) look_at(i);
}

void Tracking::look_at(std::size_t index) {
  Instance& instance = instances_[index];
  std::vector<failover::TrackedThing> things;
  std::string fault;
  const auto add = [&](const std::optional<std::string>& failure, std::uint8_t weight) {
    things.push_back({.failed = failure.has_value(), .weight = weight});
    if (failure && weight == 0 && fault.empty()) fault = *failure;
  };
  if (!sources_.link_up(instance.port))
    add(fmt::format("port {} has no link", port_names_[instance.port]), 0);
  for (std::size_t i = 0; i < instance.things.size(); ++i)
    add(failure_of(instance, i), instance.things[i].weight);
  const auto tracked = failover::tracked_priority(instance.base, things);
  if (instance.said == tracked.priority && instance.said_fault == fault) return;
  instance.said = tracked.priority;
  instance.said_fault = fault;
  say_(index, tracked.priority, fault);
}

// Why it has failed; none: it has not.
std::optional<std::string> Tracking::failure_of(const Instance& instance, std::size_t index) const {
  const config::Track& thing = instance.things[index];
  if (const Script* script = instance.scripts[index])
    return script->state.state() == health::State::down
               ? std::optional(fmt::format("{}: {}", thing.script->command.front(), script->reason))
               : std::nullopt;
  if (!thing.service.empty()) {
    const unsigned percent = sources_.percent_up(thing.service);
    if (percent >= thing.least) return std::nullopt;
    return fmt::format("{} % of the servers of {} are up", percent, thing.service);
  }
  for (std::size_t port = 0; port < port_names_.size(); ++port)
    if (port_names_[port] == thing.link && !sources_.link_up(port))
      return fmt::format("port {} has no link", thing.link);
  return std::nullopt;
}

void Tracking::run(Script& script) {
  script.prober->start(script.settings.timeout, [this, &script](const health::Outcome& outcome) {
    if (outcome.kind != health::Outcome::Kind::not_run) {
      script.reason = outcome.reason;
      if (script.state.take(outcome.is_good())) look();
    }
    script.next.set(Clock::now() + script.settings.interval);
  });
}

}  // namespace drover::control
