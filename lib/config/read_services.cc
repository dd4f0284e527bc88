// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "lib/balance/scheduler.h"
#include "lib/config/nearest.h"
#include "lib/config/schedulers.h"
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

std::optional<std::vector<std::uint16_t>> service_ports(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  if (text != nullptr && *text == "any") return std::vector<std::uint16_t>{};
  if (text != nullptr && parse_number<std::uint16_t>(*text)) {
    context.expected(node, "a list of port numbers", fmt::format("write [{}]", *text));
    return std::nullopt;
  }
  return list_of("port numbers", number<std::uint16_t>(1, 65'535))(context, node);
}

std::optional<Protocol> protocol(Context& context, const YamlNode& node) {
  static const auto word = one_of<Protocol>({{"tcp", Protocol::tcp}, {"udp", Protocol::udp}});
  return word(context, node);
}

std::optional<std::string> scheduler(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto known = balance::scheduler_names();
  if (text != nullptr && std::find(known.begin(), known.end(), *text) != known.end()) return *text;
  if (text == nullptr)
    context.expected(node, "the name of a scheduler");
  else
    context.error(node.position, fmt::format("there is no scheduler {}", in_quotes(*text)),
                  suggest(*text, known, "there are"));
  return std::nullopt;
}

std::optional<std::vector<SchedulerFlag>> scheduler_flags(Context& context, const YamlNode& node) {
  return list_of("flags", one_of(scheduler_flag_words()))(context, node);
}

std::optional<OnDown> on_down(Context& context, const YamlNode& node) {
  static const auto word = one_of<OnDown>(
      {{"keep", OnDown::keep}, {"reschedule", OnDown::reschedule}, {"auto", OnDown::automatic}});
  return word(context, node);
}

std::optional<WhenAllDown> when_all_down(Context& context, const YamlNode& node) {
  static const auto word = one_of<WhenAllDown>(
      {{"refuse", WhenAllDown::refuse}, {"sorry", WhenAllDown::sorry}, {"all", WhenAllDown::all}});
  return word(context, node);
}

std::optional<HoldDown> hold_down(Context& context, const YamlNode& node) {
  static const Table<HoldDown> table =
      Table<HoldDown>("hold_down")
          .optional("first", &HoldDown::first, duration(Milliseconds(0)))
          .optional("most", &HoldDown::most, duration(Milliseconds(1'000)));
  return table(context, node);
}

std::optional<Persistence> persistence(Context& context, const YamlNode& node) {
  static const Table<Persistence> table =
      Table<Persistence>("persistence")
          .optional("timeout", &Persistence::timeout, duration(Milliseconds(1'000)))
          .optional("mask", &Persistence::mask, number<std::uint8_t>(1, 128))
          .optional("across_ports", &Persistence::across_ports, boolean)
          .optional("expire_quiescent", &Persistence::expire_quiescent, boolean);
  return table(context, node);
}

std::optional<Limit> limit(Context& context, const YamlNode& node) {
  static const Table<Limit> table =
      Table<Limit>("limit")
          .required("rate", &Limit::rate, number<std::uint32_t>(1, 1'000'000))
          .optional("burst", &Limit::burst, number<std::uint32_t>(1, 1'000'000))
          .optional("mask", &Limit::mask, number<std::uint8_t>(1, 128));
  return table(context, node);
}

bool has_key(const YamlNode& map, std::string_view key) {
  return std::any_of(map.content->entries.begin(), map.content->entries.end(),
                     [&](const Entry& entry) { return entry.key == key; });
}

// Its servers stand in a pool or in the service itself.
void check_source_of_servers(Context& context, const YamlNode& node) {
  const bool in_place = has_key(node, "servers");
  if (has_key(node, "pool") == in_place)
    context.error(node.position,
                  in_place ? "a service has both \"pool\" and \"servers\""
                           : "a service needs the key \"pool\" or \"servers\"",
                  in_place ? "keep one of them" : "");
  else if (!in_place && has_key(node, "checks"))
    context.error(node.position, "a service has both \"pool\" and \"checks\"",
                  "move the checks to the pool");
}

// Each is for one scheduler.
void check_scheduler_flags(Context& context, const YamlNode& node, const Service& service) {
  const auto given =
      std::find_if(node.content->entries.begin(), node.content->entries.end(),
                   [](const Entry& entry) { return entry.key == "scheduler_flags"; });
  if (given == node.content->entries.end()) return;
  if (has_key(node, "scheduler") && !context.places().sound(context.path() + ".scheduler")) return;
  for (const YamlNode& flag : given->value.content->items) {
    const std::string* text = text_of(flag);
    const auto hyphen = text != nullptr ? text->find('-') : std::string::npos;
    if (hyphen != std::string::npos && text->substr(0, hyphen) != service.scheduler)
      context.error(flag.position, fmt::format("the flag {} is not for the scheduler {}", *text,
                                               service.scheduler));
  }
}

std::optional<ServiceInFile> service(Context& context, const YamlNode& node) {
  static const Table<ServiceInFile> table =
      Table<ServiceInFile>("a service")
          .required("name", &ServiceInFile::name, name)
          .required("address", &ServiceInFile::address, unicast_address)
          .required("ports", &ServiceInFile::ports, service_ports)
          .optional("protocol", &ServiceInFile::protocol, protocol)
          .optional("scheduler", &ServiceInFile::scheduler, scheduler)
          .optional("one_packet", &ServiceInFile::one_packet, boolean)
          .optional("scheduler_flags", &ServiceInFile::scheduler_flags, scheduler_flags)
          .optional("pool", &ServiceInFile::pool, name)
          .optional("servers", &ServiceInFile::servers, read_servers)
          .optional("checks", &ServiceInFile::checks, read_checks)
          .optional("on", &ServiceInFile::on, list_of("ports", port_name))
          .optional("persistence", &ServiceInFile::persistence, persistence)
          .optional("sorry_server", &ServiceInFile::sorry_server, unicast_address)
          .optional("allow", &ServiceInFile::allow, list_of("networks", network))
          .optional("deny", &ServiceInFile::deny, list_of("networks", network))
          .optional("limit", &ServiceInFile::limit, limit)
          .optional("on_down", &ServiceInFile::on_down, on_down)
          .optional("warmup", &ServiceInFile::warmup, duration(Milliseconds(0)))
          .optional("hold_down", &ServiceInFile::hold_down, hold_down)
          .optional("quorum", &ServiceInFile::quorum, number<std::uint32_t>(1, 1'000'000))
          .optional("quorum_hysteresis", &ServiceInFile::quorum_hysteresis,
                    number<std::uint32_t>(0, 1'000'000))
          .optional("when_all_down", &ServiceInFile::when_all_down, when_all_down)
          .absent("port", "it is a list: ports: [80]");
  auto value = table(context, node);
  if (!value) return std::nullopt;
  check_source_of_servers(context, node);
  check_scheduler_flags(context, node, *value);
  return value;
}

}  // namespace

std::optional<std::vector<ServiceInFile>> read_services(Context& context, const YamlNode& node) {
  return list_of("services", service)(context, node);
}

}  // namespace drover::config
