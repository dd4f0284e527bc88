// SPDX-License-Identifier: BSD-3-Clause
// Of the VRRP instances.
#include "lib/metrics/families.h"
#include "lib/metrics/family.h"

namespace drover::metrics {
namespace {

Labels labels_of(const VrrpFacts& instance) {
  return {{"instance", std::to_string(instance.id)}, {"family", instance.family}};
}

template <class Value>
prometheus::MetricFamily of_each(Family family, const Facts& facts, Value value) {
  for (const VrrpFacts& instance : facts.vrrp) family.add(labels_of(instance), value(instance));
  return family.take();
}

constexpr FamilyMaker makers[] = {
    [](const Facts& facts) {
      return of_each(gauge("drover_vrrp_master", "1: this balancer is master of the instance"),
                     facts,
                     [](const VrrpFacts& its) { return std::uint64_t{its.master ? 1U : 0U}; });
    },
    [](const Facts& facts) {
      return of_each(gauge("drover_vrrp_priority", "By what is tracked"), facts,
                     [](const VrrpFacts& its) { return its.priority; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_vrrp_transitions_total", "To master and from it"), facts,
                     [](const VrrpFacts& its) { return its.transitions; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_vrrp_advertisements_sent_total", "One a path and named peer"),
                     facts, [](const VrrpFacts& its) { return its.sent; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_vrrp_advertisements_heard_total", "Of other balancers"), facts,
                     [](const VrrpFacts& its) { return its.heard; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_vrrp_advertisements_discarded_total",
                             "Heard, and malformed or not for the instance"),
                     facts, [](const VrrpFacts& its) { return its.discarded; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_vrrp_announcements_total",
                             "Gratuitous ARP and unsolicited neighbour advertisements sent"),
                     facts, [](const VrrpFacts& its) { return its.announcements; });
    },
    [](const Facts& facts) {
      return of_each(counter("drover_vrrp_second_masters_total",
                             "Advertisements of another master while this one was master, too"),
                     facts, [](const VrrpFacts& its) { return its.second_masters; });
    },
    [](const Facts& facts) {
      Family family = gauge("drover_vrrp_last_heard_seconds",
                            "Since the last advertisement of another balancer; none: never");
      for (const VrrpFacts& its : facts.vrrp)
        if (its.last_heard_seconds) family.add(labels_of(its), *its.last_heard_seconds);
      return family.take();
    },
};

}  // namespace

std::span<const FamilyMaker> failover_families() {
  return makers;
}

}  // namespace drover::metrics
