// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/failover_report.h"

#include <algorithm>

#include "lib/failover/vrrp_frame.h"

namespace drover::control {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

double seconds_since(Clock::time_point then) {
  return std::max(0.0, Seconds(Clock::now() - then).count());
}

api::HeartbeatPeer report_peer(const failover::HeartbeatPeer& peer,
                               const failover::InstanceSettings& settings, const Plant& plant) {
  return {.address = peer.address,
          .port = plant.ports[settings.paths[peer.path].port].config->name,
          .mac = peer.mac.is_zero() ? std::nullopt : std::optional(peer.mac),
          .priority = peer.priority,
          .interval_seconds = Seconds(peer.interval).count(),
          .heard_seconds_ago = seconds_since(peer.heard),
          .advertisements = peer.advertisements};
}

std::optional<double> last_heard(const failover::Instance& instance) {
  const auto& peers = instance.peers().list();
  if (peers.empty()) return std::nullopt;
  return seconds_since(std::ranges::max_element(peers, {}, &failover::HeartbeatPeer::heard)->heard);
}

api::VrrpInstance report_instance(const failover::Instance& instance,
                                  const Mastership::Tenure& tenure, const Plant& plant) {
  const failover::InstanceSettings& settings = instance.settings();
  const bool is_v6 = settings.paths.front().own.is_v6();
  const failover::Instance::Statistics& counts = instance.statistics();
  api::VrrpInstance report{
      .id = settings.id,
      .family = is_v6 ? "ipv6" : "ipv4",
      .version = static_cast<std::uint32_t>(settings.router.version),
      .role = std::string(name(instance.router().role())),
      .reason = std::string(describe(instance.router().cause())),
      .fault = tenure.fault,
      .role_seconds = seconds_since(tenure.since),
      .transitions = tenure.transitions,
      .priority = instance.router().priority(),
      .interval_seconds = Seconds(settings.router.interval).count(),
      .virtual_mac = settings.has_virtual_mac
                         ? std::optional(failover::virtual_mac(settings.id, is_v6))
                         : std::nullopt,
      .vips = {},
      .heard_seconds_ago = last_heard(instance),
      .sent = counts.sent,
      .heard = counts.heard,
      .unresolved = counts.unresolved,
      .announcements = counts.announcements,
      .second_masters = counts.second_masters,
      .discarded = {},
      .peers = {}};
  for (const failover::InstanceVip& vip : instance.vips()) report.vips.push_back(vip.address);
  for (const auto& [reason, count] : counts.discarded)
    report.discarded.push_back({std::string(reason), count});
  for (const failover::HeartbeatPeer& peer : instance.peers().list())
    report.peers.push_back(report_peer(peer, settings, plant));
  return report;
}

}  // namespace

std::optional<api::Failover> report_failover(const Mastership& mastership, const Plant& plant) {
  if (!mastership.is_configured()) return std::nullopt;
  api::Failover report{.real_time = mastership.is_real_time(),
                       .held_back = mastership.held_back().value_or(""),
                       .stale = plant.workers.front().counters->stale_heartbeats.value(),
                       .instances = {}};
  const auto instances = mastership.instances();
  for (std::size_t i = 0; i < instances.size(); ++i)
    report.instances.push_back(report_instance(instances[i], mastership.tenures()[i], plant));
  return report;
}

std::vector<metrics::VrrpFacts> vrrp_facts(const Mastership& mastership) {
  std::vector<metrics::VrrpFacts> facts;
  const auto instances = mastership.instances();
  for (std::size_t i = 0; i < instances.size(); ++i) {
    const failover::Instance& instance = instances[i];
    const failover::Instance::Statistics& counts = instance.statistics();
    metrics::VrrpFacts its{
        .id = instance.settings().id,
        .family = instance.settings().paths.front().own.is_v6() ? "ipv6" : "ipv4",
        .master = instance.router().role() == failover::Role::master,
        .priority = instance.router().priority(),
        .transitions = mastership.tenures()[i].transitions,
        .sent = counts.sent,
        .heard = counts.heard,
        .announcements = counts.announcements,
        .second_masters = counts.second_masters,
        .discarded = 0,
        .last_heard_seconds = last_heard(instance)};
    for (const auto& [reason, count] : counts.discarded) its.discarded += count;
    facts.push_back(its);
  }
  return facts;
}

}  // namespace drover::control
