// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "lib/config/import/import.h"
#include "lib/config/import/import_values.h"
#include "lib/config/import/ipvsadm_options.h"
#include "lib/config/import/words.h"

namespace drover::config {
namespace {

class IpvsadmImport {
 public:
  Imported run(std::string_view text) {
    imported_.source = "what ipvsadm-save wrote";
    if (!is_text(text, imported_.errors)) return std::move(imported_);
    for (const WordLine& line : word_lines(text)) command(line);
    if (imported_.errors.empty() && services_.empty())
      error(0, "there is no virtual service in it, so nothing to balance");
    warn(0, "the rules name no interface: the port's `device` is a guess");
    comment(0,
            "checks: IPVS has none of its own, so none stand here. Without them every server "
            "counts as up.");
    for (ImportedService& service : services_) close(service);
    merge_ports();
    return std::move(imported_);
  }

 private:
  void error(std::size_t line, std::string text) {
    imported_.errors.push_back({line, std::move(text)});
  }
  void warn(std::size_t line, std::string text) {
    imported_.warnings.push_back({line, std::move(text)});
  }
  void comment(std::size_t line, std::string text) {
    imported_.comments.push_back({line, std::move(text)});
  }
  // Not in the result, and a person must know.
  void leave_out(const WordLine& line, std::string_view why) {
    const std::string text = fmt::format("{}: {}", fmt::join(line.words, " "), why);
    warn(line.number, text);
    comment(line.number, text);
  }

  void command(const WordLine& line) {
    const auto options = ipvsadm_options(line.words);
    if (!options) return error(line.number, options.error());
    if (options->contains("A")) return add_service(line, *options);
    if (options->contains("a")) return add_server(line, *options);
    if (options->contains("set")) return set_timeouts(line, (*options).at("set"));
    if (options->contains("C")) return;  // begins with an empty table, as every file does
    if (options->contains("start-daemon") || options->contains("stop-daemon"))
      return leave_out(line, "see `failover` in docs/configuration.md");
    leave_out(line, "only what adds services and servers is taken over");
  }

  struct Key {
    Protocol protocol = Protocol::tcp;
    IpAddress address;
    std::uint16_t port = 0;
    friend bool operator==(const Key&, const Key&) = default;
  };

  // "192.0.2.10:80", "[2001:db8::10]:80", "2001:db8::10"; port 0 when there is none.
  std::optional<std::pair<IpAddress, std::uint16_t>> endpoint(const WordLine& line,
                                                              const std::string& text,
                                                              const char* protocol) {
    if (const auto alone = IpAddress::parse(text)) return std::pair(*alone, std::uint16_t{0});
    const auto bracket = text.rfind(']');
    const auto colon = text.rfind(':');
    const bool has_port =
        colon != std::string::npos && (bracket == std::string::npos || colon > bracket);
    std::string host = text.substr(0, has_port ? colon : std::string::npos);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    const std::string port = has_port ? text.substr(colon + 1) : "0";
    const auto number =
        port == "0" ? std::optional<std::uint16_t>(0) : port_of_service(port, protocol);
    if (address && number) return std::pair(*address, *number);
    error(line.number,
          fmt::format("{} is no address and port: save with numbers, `ipvsadm-save -n`", text));
    return std::nullopt;
  }

  // None, with a word about it, for what drover cannot balance.
  std::optional<Key> key_of(const WordLine& line, const IpvsadmOptions& options) {
    if (options.contains("f")) {
      leave_out(line, "there are no firewall marks: make a service of each address and port");
      return std::nullopt;
    }
    if (options.contains("sctp-service")) {
      leave_out(line, "there is no SCTP");
      return std::nullopt;
    }
    const bool udp = options.contains("u");
    if (!udp && !options.contains("t")) {
      error(line.number, "there is no virtual service in it: -t or -u");
      return std::nullopt;
    }
    const auto at = endpoint(line, options.at(udp ? "u" : "t"), udp ? "udp" : "tcp");
    if (!at) return std::nullopt;
    return Key{udp ? Protocol::udp : Protocol::tcp, at->first, at->second};
  }

  void add_service(const WordLine& line, const IpvsadmOptions& options) {
    const auto key = key_of(line, options);
    if (!key) return;
    if (find(*key) != nullptr) return error(line.number, "this service is added a second time");
    ImportedService service;
    service.address = key->address;
    service.protocol = key->protocol;
    if (key->port != 0) service.ports = {key->port};
    service.name = name_from(fmt::format("{}-{}", key->protocol == Protocol::udp ? "udp" : "tcp",
                                         key->port == 0 ? "any" : std::to_string(key->port)),
                             names_);
    if (options.contains("s")) service.scheduler = options.at("s");
    if (!is_ipvs_scheduler(service.scheduler))
      error(line.number, fmt::format("there is no scheduler {}", service.scheduler));
    if (options.contains("b")) flags(line, options.at("b"), service);
    service.one_packet = options.contains("o");
    persistence(line, options, service);
    if (options.contains("pe"))
      leave_out(line, "there is no persistence engine: clients are told apart by their addresses");
    services_.push_back(std::move(service));
  }

  static bool is_flag(std::string_view name) {
    constexpr std::string_view names[] = {"sh-port", "sh-fallback", "mh-port", "mh-fallback",
                                          "flag-1",  "flag-2",      "flag-3"};
    return std::ranges::find(names, name) != std::end(names);
  }

  void flags(const WordLine& line, const std::string& given, ImportedService& service) {
    for (std::size_t at = 0; at <= given.size();) {
      const std::size_t end = std::min(given.find(',', at), given.size());
      const std::string flag = given.substr(at, end - at);
      if (flag == service.scheduler + "-port" || flag == service.scheduler + "-fallback")
        service.scheduler_flags.push_back(flag);
      else if (is_flag(flag))
        leave_out(line,
                  fmt::format("{} says nothing to the scheduler {}", flag, service.scheduler));
      else
        error(line.number, fmt::format("there is no scheduler flag {}", flag));
      at = end + 1;
    }
  }

  void persistence(const WordLine& line, const IpvsadmOptions& options, ImportedService& service) {
    if (!options.contains("p")) return;
    const std::string& seconds = options.at("p");
    const auto number =
        seconds.empty() ? std::optional<std::uint64_t>(300) : number_of_any_base(seconds);
    if (!number || *number < 1 || *number > 86'400)
      return error(line.number, fmt::format("-p is {}, expected 1 to 86400 seconds", seconds));
    service.persistence_seconds = static_cast<std::uint32_t>(*number);
    if (!options.contains("M")) return;
    const std::string& mask = options.at("M");
    const auto v6 = number_of_any_base(mask);
    const auto length =
        service.address.is_v4()
            ? prefix_length_of_mask(mask)
            : (v6 && *v6 <= 128 ? std::optional(static_cast<std::uint8_t>(*v6)) : std::nullopt);
    if (!length || *length == 0)
      return error(line.number, fmt::format("-M is {}, which is no mask", mask));
    service.persistence_mask = *length == (service.address.is_v4() ? 32 : 128) ? 0 : *length;
  }

  ImportedService* find(const Key& key) {
    const auto found = std::ranges::find_if(services_, [&](const ImportedService& service) {
      const std::uint16_t port = service.ports.empty() ? 0 : service.ports.front();
      return Key{service.protocol, service.address, port} == key;
    });
    return found == services_.end() ? nullptr : &*found;
  }

  std::uint32_t number(const WordLine& line, const IpvsadmOptions& options, const char* option,
                       std::uint32_t otherwise, std::uint64_t most) {
    if (!options.contains(option)) return otherwise;
    const auto value = number_of_any_base(options.at(option));
    if (value && *value <= most) return static_cast<std::uint32_t>(*value);
    error(line.number, fmt::format("-{} is {}, expected a whole number of at most {}", option,
                                   options.at(option), most));
    return otherwise;
  }

  void add_server(const WordLine& line, const IpvsadmOptions& options) {
    const auto key = key_of(line, options);
    if (!key) return;
    ImportedService* service = find(*key);
    if (service == nullptr)
      return error(line.number, "a server of a service that has not been added before");
    if (!options.contains("r")) return error(line.number, "there is no real server in it: -r");
    const auto at = endpoint(line, options.at("r"), key->protocol == Protocol::udp ? "udp" : "tcp");
    if (!at) return;
    std::vector<std::string> taken;
    for (const ImportedServer& other : service->servers) taken.push_back(other.name);
    ImportedServer server{.name = name_from(to_string(at->first), taken),
                          .address = at->first,
                          .weight = number(line, options, "w", 1, 65'535),
                          .upper_threshold = number(line, options, "x", 0, 1'000'000'000),
                          .lower_threshold = number(line, options, "y", 0, 1'000'000'000),
                          .why_not = {}};
    if (options.contains("m") || options.contains("i"))
      warn(line.number,
           fmt::format("{} is a {} server: drover has direct routing only. It needs the virtual "
                       "address on its loopback (scripts/realserver) and a network that it shares "
                       "with the balancer",
                       to_string(at->first), options.contains("m") ? "NAT" : "tunnel"));
    if (at->second != key->port && at->second != 0) {
      server.why_not = fmt::format(
          "its port {} is not the service's: direct routing cannot change "
          "a port",
          at->second);
      warn(line.number, fmt::format("{}: {}", to_string(at->first, at->second), server.why_not));
    }
    if (server.lower_threshold > server.upper_threshold) {
      warn(line.number, fmt::format("-y {} is above -x: left out", server.lower_threshold));
      server.lower_threshold = 0;
    }
    service->servers.push_back(std::move(server));
  }

  void set_timeouts(const WordLine& line, const std::string& values) {
    Timeouts timeouts;
    Milliseconds* places[] = {&timeouts.tcp_established, &timeouts.tcp_fin_wait, &timeouts.udp};
    const auto words = word_lines(values);
    if (words.empty() || words[0].words.size() != 3)
      return error(line.number, "--set needs three time-outs");
    for (std::size_t i = 0; i < 3; ++i) {
      const auto seconds = number_of_any_base(words[0].words[i]);
      if (!seconds || *seconds > 86'400)
        return error(line.number,
                     fmt::format("{} is no time-out of at most 86400 seconds", words[0].words[i]));
      if (*seconds != 0) *places[i] = Milliseconds(1'000 * *seconds);
    }
    imported_.timeouts = timeouts;
  }

  void close(ImportedService& service) {
    if (std::ranges::none_of(service.servers,
                             [](const ImportedServer& server) { return server.why_not.empty(); })) {
      service.why_not = "it has no server that direct routing can reach";
      warn(0, fmt::format("the service {}: {}",
                          to_string(service.address, service.ports.empty() ? std::uint16_t{0}
                                                                           : service.ports.front()),
                          service.why_not));
    }
  }

  // Services that differ in nothing but their port become one of several ports.
  void merge_ports() {
    const auto same = [](const ImportedService& a, const ImportedService& b) {
      const auto rest = [](const ImportedService& service) {
        return std::tie(service.address, service.protocol, service.scheduler,
                        service.scheduler_flags, service.one_packet, service.persistence_seconds,
                        service.persistence_mask, service.servers, service.why_not);
      };
      return !a.ports.empty() && !b.ports.empty() && rest(a) == rest(b);
    };
    for (ImportedService& service : services_) {
      const auto first = std::ranges::find_if(
          imported_.services, [&](const ImportedService& other) { return same(service, other); });
      if (first == imported_.services.end())
        imported_.services.push_back(std::move(service));
      else
        first->ports.push_back(service.ports.front());
    }
  }

  Imported imported_;
  std::vector<ImportedService> services_;
  std::vector<std::string> names_;
};

}  // namespace

Imported import_ipvsadm_save(std::string_view text) {
  return IpvsadmImport().run(text);
}

}  // namespace drover::config
