// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>

#include "lib/config/read_check_kinds.h"
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

constexpr Milliseconds longest_interval{255'000};    // version 2's: a byte of seconds
constexpr Milliseconds longest_interval_v3{40'950};  // 12 bits of centiseconds (RFC 9568)

constexpr std::array<std::string_view, 3> tracked = {"link", "service", "script"};

// A number, or by node: `priority: {lb1: 200, lb2: 100}`.
std::optional<PriorityByNode> priority(Context& context, const YamlNode& node) {
  static const auto one = number<std::uint8_t>(1, 255);
  PriorityByNode priority;
  if (node.content->kind == Kind::map) {
    const auto by_node = map_by_name("priorities", one)(context, node);
    if (!by_node) return std::nullopt;
    priority.by_node.insert(by_node->begin(), by_node->end());
    return priority;
  }
  const auto everywhere = one(context, node);
  if (!everywhere) return std::nullopt;
  priority.everywhere = *everywhere;
  return priority;
}

// Only a script is run, and only servers are counted.
void check_fit(Context& context, const YamlNode& node, std::string_view what) {
  for (const Entry& entry : node.content->entries) {
    const bool of_script = entry.key == "interval" || entry.key == "timeout" ||
                           entry.key == "rise" || entry.key == "fall";
    if (of_script && what != "script")
      context.error(entry.position, fmt::format("{} is for a script", entry.key));
    if (entry.key == "least" && what != "service")
      context.error(entry.position, "least is for a service");
  }
}

std::optional<Track> track(Context& context, const YamlNode& node) {
  static const Table<Track> table =
      Table<Track>("a tracked thing")
          .optional("link", &Track::link, port_name)
          .optional("service", &Track::service, name)
          .optional("script", &Track::script, read_script_check)
          .optional("least", &Track::least, number<std::uint8_t>(1, 100))
          .optional("interval", &Track::interval, duration(Milliseconds(100)))
          .optional("timeout", &Track::timeout, duration(Milliseconds(10), Milliseconds(3'600'000)))
          .optional("rise", &Track::rise, number<std::uint16_t>(1, 1'000))
          .optional("fall", &Track::fall, number<std::uint16_t>(1, 1'000))
          .optional("weight", &Track::weight, number<std::uint8_t>(1, 253));
  auto read = table(context, node);
  if (!read) return std::nullopt;
  std::vector<std::string_view> given;
  for (const Entry& entry : node.content->entries)
    if (std::ranges::find(tracked, entry.key) != tracked.end()) given.push_back(entry.key);
  if (given.size() != 1) {
    context.error(
        node.position,
        given.empty()
            ? "a tracked thing needs a key that says what it is"
            : fmt::format("a tracked thing is one thing, this one {}", fmt::join(given, " and ")),
        given.empty() ? fmt::format("one of {}", fmt::join(tracked, ", ")) : "make one of each");
    return std::nullopt;
  }
  check_fit(context, node, given.front());
  return read;
}

std::optional<Notify> notify(Context& context, const YamlNode& node) {
  static const Table<Notify> table =
      Table<Notify>("notify")
          .optional("master", &Notify::master, read_command)
          .optional("backup", &Notify::backup, read_command)
          .optional("user", &Notify::user, read_unprivileged_user)
          .optional("timeout", &Notify::timeout,
                    duration(Milliseconds(100), Milliseconds(3'600'000)));
  return table(context, node);
}

std::optional<HeartbeatPath> second_path(Context& context, const YamlNode& node) {
  static const Table<HeartbeatPath> table =
      Table<HeartbeatPath>("second_path")
          .required("port", &HeartbeatPath::port, port_name)
          .optional("peers", &HeartbeatPath::peers, list_of("addresses", unicast_address));
  return table(context, node);
}

void check_interval(Context& context, const VrrpInstance& instance, Position position) {
  const bool is_v2 = instance.version == VrrpVersion::v2;
  const Milliseconds unit(is_v2 ? 1'000 : 10);
  if (instance.interval % unit != Milliseconds(0))
    context.error(position,
                  fmt::format("interval is {}, version {} counts in {}",
                              to_string(instance.interval), is_v2 ? 2 : 3, to_string(unit)));
  else if (!is_v2 && instance.interval > longest_interval_v3)
    context.error(position,
                  fmt::format("interval is {}, version 3 can say {} at most",
                              to_string(instance.interval), to_string(longest_interval_v3)));
}

// What goes with another version or family only; with the positions of the keys themselves.
void check_together(Context& context, const YamlNode& node, const VrrpInstance& instance) {
  const bool is_v2 = instance.version == VrrpVersion::v2;
  for (const Entry& entry : node.content->entries) {
    if (entry.key == "interval") check_interval(context, instance, entry.position);
    if (entry.key == "checksum" && is_v2)
      context.error(entry.position, "checksum is for version 3", "version 2 has one only");
    if (entry.key == "preempt_delay" && !instance.preempt)
      context.error(entry.position, "preempt_delay is for preempt: true");
    if (entry.key == "family" && is_v2 && instance.family == Family::ipv6)
      context.error(entry.position, "version 2 is for IPv4 only");
  }
}

}  // namespace

std::optional<VrrpInstance> read_vrrp_instance(Context& context, const YamlNode& node) {
  static const Table<VrrpInstance> table =
      Table<VrrpInstance>("a vrrp instance")
          .required("id", &VrrpInstance::id, number<std::uint8_t>(1, 255))
          .optional("family", &VrrpInstance::family,
                    one_of<Family>({{"ipv4", Family::ipv4}, {"ipv6", Family::ipv6}}))
          .optional("version", &VrrpInstance::version,
                    one_of<VrrpVersion>({{"2", VrrpVersion::v2}, {"3", VrrpVersion::v3}}))
          .optional("checksum", &VrrpInstance::checksum,
                    one_of<VrrpChecksum>(
                        {{"rfc5798", VrrpChecksum::rfc5798}, {"rfc9568", VrrpChecksum::rfc9568}}))
          .optional("interval", &VrrpInstance::interval,
                    duration(Milliseconds(10), longest_interval))
          .optional("priority", &VrrpInstance::priority, priority)
          .optional("preempt", &VrrpInstance::preempt, boolean)
          .optional("preempt_delay", &VrrpInstance::preempt_delay, duration(Milliseconds(0)))
          .optional("use_vmac", &VrrpInstance::use_vmac, boolean)
          .optional("services", &VrrpInstance::services, list_of("names of services", name))
          .optional("peers", &VrrpInstance::peers, list_of("addresses", unicast_address))
          .optional("second_path", &VrrpInstance::second_path, second_path)
          .optional("track", &VrrpInstance::track, list_of("tracked things", track))
          .optional("notify", &VrrpInstance::notify, notify)
          .optional("announce_refresh", &VrrpInstance::announce_refresh,
                    duration(Milliseconds(1'000)));
  auto instance = table(context, node);
  if (instance) check_together(context, node, *instance);
  return instance;
}

}  // namespace drover::config
