// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lib/config/failover_vips.h"
#include "lib/config/nearest.h"
#include "lib/config/networks.h"
#include "lib/config/validate.h"

namespace drover::config {
namespace {

// As many as an advertisement holds that fits in a frame of 1,500 bytes, or can count.
constexpr std::size_t most_vips_v4 = 255;
constexpr std::size_t most_vips_v6 = 90;

std::string_view word(bool is_v6) {
  return is_v6 ? "IPv6" : "IPv4";
}

class InstanceCheck {
 public:
  InstanceCheck(Context& context, const Config& config, std::size_t index)
      : context_(context),
        config_(config),
        index_(index),
        instance_(config.failover->vrrp[index]),
        path_(fmt::format("failover.vrrp[{}]", index)),
        is_v6_(is_v6(family_of(config, instance_))) {}

  bool is_ipv6() const { return is_v6_; }
  // Which VIPs it carries is beyond doubt.
  bool has_sound_services() const { return has_sound_services_; }

  void run() {
    check_peers(path_, instance_.peers, port_of_instance(config_, index_));
    check_second_path();
    check_services();
    check_track();
    check_priority();
    check_version();
  }

 private:
  void check_peers(const std::string& path, const std::vector<IpAddress>& peers, std::size_t port) {
    FirstSeen<IpAddress> seen;
    for (std::size_t i = 0; i < peers.size(); ++i) {
      const auto here = context_.places().sound(fmt::format("{}.peers[{}]", path, i));
      if (!here) continue;
      if (const auto first = seen.add(peers[i], *here))
        context_.error(*here, fmt::format("the peer {} is given twice", to_string(peers[i])),
                       the_first_is_at(*first));
      if (peers[i].is_v6() != is_v6_)
        context_.error(
            *here, fmt::format("the peer {} of an {} instance", to_string(peers[i]), word(is_v6_)),
            "give the other family an instance of its own");
      else if (!is_on_network(peers[i], port))
        context_.error(*here, fmt::format("the peer {} is on no network of the port {}",
                                          to_string(peers[i]), config_.ports[port].name));
    }
  }

  // Where the port's own addresses are not known, neither are its networks.
  bool is_on_network(const IpAddress& peer, std::size_t port) const {
    if (port >= config_.ports.size()) return true;
    bool known = false;
    for (const IpInterface& own : addresses_of_port(config_, port)) {
      if (own.contains(peer)) return true;
      known |= own.address.is_v6() == peer.is_v6();
    }
    return !known;
  }

  void check_second_path() {
    if (!instance_.second_path) return;
    const std::string path = path_ + ".second_path";
    const auto here = context_.places().sound(path + ".port");
    if (!here) return;
    const auto port = check_port(*here, instance_.second_path->port);
    if (!port) return;
    if (*port == port_of_instance(config_, index_))
      context_.error(*here, fmt::format("the port {} is the first path", config_.ports[*port].name),
                     "a second one leads over another port");
    check_peers(path, instance_.second_path->peers, *port);
  }

  std::optional<std::size_t> check_port(Position here, const std::string& name) {
    const auto port = port_named(config_, name);
    if (port) return port;
    std::vector<std::string_view> names;
    for (const Port& each : config_.ports) names.push_back(each.name);
    context_.error(here, fmt::format("there is no port {}", in_quotes(name)),
                   suggest(name, names, "the ports are"));
    return std::nullopt;
  }

  const Service* check_service(Position here, const std::string& name) {
    const auto service = std::ranges::find(config_.services, name, &Service::name);
    if (service != config_.services.end()) return &*service;
    std::vector<std::string_view> names;
    for (const Service& each : config_.services) names.push_back(each.name);
    context_.error(here, fmt::format("there is no service {}", in_quotes(name)),
                   suggest(name, names, "the services are"));
    return nullptr;
  }

  void check_services() {
    for (std::size_t i = 0; i < instance_.services.size(); ++i) {
      const auto here = context_.places().sound(fmt::format("{}.services[{}]", path_, i));
      if (!here) continue;
      const Service* service = check_service(*here, instance_.services[i]);
      has_sound_services_ &= service != nullptr && service->address.is_v6() == is_v6_;
      if (service != nullptr && service->address.is_v6() != is_v6_)
        context_.error(*here, fmt::format("the service {} has an {} address, the instance is {}",
                                          service->name, word(!is_v6_), word(is_v6_)));
    }
    if (!has_sound_services_) return;
    const std::size_t count = vips_of_instance(config_, index_).size();
    const std::size_t most = is_v6_ ? most_vips_v6 : most_vips_v4;
    if (count > most)
      context_.error(context_.places().nearest(path_),
                     fmt::format("the instance carries {} VIPs, {} at most", count, most),
                     "spread the services over several instances");
    if (count == 0 && !config_.services.empty() && instance_.services.empty())
      context_.error(context_.places().nearest(path_),
                     fmt::format("no {} service is left for this instance", word(is_v6_)),
                     "name its services, or its family");
  }

  void check_track() {
    for (std::size_t i = 0; i < instance_.track.size(); ++i) {
      const Track& track = instance_.track[i];
      const auto path = fmt::format("{}.track[{}]", path_, i);
      if (const auto here = context_.places().sound(path + ".link")) check_port(*here, track.link);
      if (const auto here = context_.places().sound(path + ".service"))
        check_service(*here, track.service);
    }
  }

  void check_priority() {
    const std::string path = path_ + ".priority";
    if (instance_.priority.by_node.empty() || !context_.places().sound(path)) return;
    std::vector<std::string_view> named;
    for (const auto& [name, priority] : instance_.priority.by_node) named.push_back(name);
    check_nodes_of_key(context_, config_.nodes, path, "priority", named);
  }

  void check_version() {
    if (instance_.version == VrrpVersion::v2 && is_v6_ && !instance_.family)
      context_.error(context_.places().nearest(path_ + ".version"), "version 2 is for IPv4 only");
  }

  Context& context_;
  const Config& config_;
  const std::size_t index_;
  const VrrpInstance& instance_;
  const std::string path_;
  const bool is_v6_;
  bool has_sound_services_ = true;
};

void check_carriers(Context& context, const Config& config) {
  std::map<IpAddress, std::size_t> carriers;
  for (std::size_t i = 0; i < config.failover->vrrp.size(); ++i)
    for (const IpAddress& vip : vips_of_instance(config, i))
      if (const auto [other, is_first] = carriers.try_emplace(vip, i); !is_first)
        context.error(context.places().nearest(fmt::format("failover.vrrp[{}]", i)),
                      fmt::format("the VIP {} belongs to the instance {}, too", to_string(vip),
                                  config.failover->vrrp[other->second].id),
                      "name the services of each instance");
  for (std::size_t i = 0; i < config.services.size(); ++i) {
    const auto here = context.places().sound(fmt::format("services[{}].address", i));
    const IpAddress& vip = config.services[i].address;
    if (here && !carriers.contains(vip))
      context.error(*here, fmt::format("no vrrp instance carries the VIP {}", to_string(vip)),
                    "name the service in one, or give its family one: family: ipv6");
  }
}

}  // namespace

void validate_failover(Context& context, const Config& config) {
  if (!config.failover || !context.places().sound("failover.vrrp")) return;
  // An id names an instance within its family (RFC 9568, section 5.2.3).
  FirstSeen<std::pair<bool, std::uint8_t>> ids;
  bool sound = true;
  for (std::size_t i = 0; i < config.failover->vrrp.size(); ++i) {
    const auto path = fmt::format("failover.vrrp[{}]", i);
    sound &= context.places().sound(path).has_value();
    InstanceCheck check(context, config, i);
    const std::uint8_t id = config.failover->vrrp[i].id;
    if (const auto here = context.places().sound(path + ".id"))
      if (const auto first = ids.add({check.is_ipv6(), id}, *here))
        context.error(*here, fmt::format("the id {} is given twice", id), the_first_is_at(*first));
    if (context.places().sound(path)) check.run();
    sound &= check.has_sound_services();
  }
  if (sound) check_carriers(context, config);
}

}  // namespace drover::config
