// SPDX-License-Identifier: BSD-3-Clause
// The small sections about the daemon itself: timeouts, api, metrics.
#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/tree.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

// "127.0.0.1:9641" or "[::1]:9641"; unlike a server's, the address may be any.
std::optional<Listen> listen_address(Context& context, const YamlNode& node) {
  if (const std::string* text = text_of(node)) {
    const auto colon = text->rfind(':');
    std::string_view host = std::string_view(*text).substr(0, colon);
    const bool in_brackets = host.starts_with('[') && host.ends_with(']');
    if (in_brackets) host = host.substr(1, host.size() - 2);
    const auto address = IpAddress::parse(host);
    const auto port = colon == std::string::npos
                          ? std::nullopt
                          : parse_number<std::uint16_t>(std::string_view(*text).substr(colon + 1));
    if (address && port && *port != 0 && address->is_v6() == in_brackets)
      return Listen{*address, *port};
  }
  context.expected(node, "an address and a port, such as \"127.0.0.1:9641\" or \"[::1]:9641\"");
  return std::nullopt;
}

// All of them, or none.
void check_files(Context& context, const YamlNode& node) {
  const bool listens = find(node, "listen") != nullptr;
  for (const char* key : {"certificate", "key", "token_file"}) {
    const YamlNode* value = find(node, key);
    if (listens && value == nullptr)
      context.error(find(node, "listen")->position,
                    fmt::format("an api that listens needs the key \"{}\"", key),
                    "it is served over TLS, and only to who bears the token");
    if (!listens && value != nullptr)
      context.error(value->position, fmt::format("{} is for an api that listens", key),
                    "give listen, too, or leave it out");
  }
}

}  // namespace

std::optional<Timeouts> read_timeouts(Context& context, const YamlNode& node) {
  static const auto timeout = duration(Milliseconds(1'000));
  static const Table<Timeouts> table =
      Table<Timeouts>("timeouts")
          .optional("tcp_established", &Timeouts::tcp_established, timeout)
          .optional("tcp_syn_received", &Timeouts::tcp_syn_received, timeout)
          .optional("tcp_fin_wait", &Timeouts::tcp_fin_wait, timeout)
          .optional("tcp_time_wait", &Timeouts::tcp_time_wait, timeout)
          .optional("tcp_close", &Timeouts::tcp_close, timeout)
          .optional("udp", &Timeouts::udp, timeout);
  return table(context, node);
}

std::optional<Api> read_api(Context& context, const YamlNode& node) {
  static const Table<Api> table = Table<Api>("api")
                                      .optional("socket", &Api::socket, socket_path)
                                      .optional("listen", &Api::listen, listen_address)
                                      .optional("certificate", &Api::certificate, absolute_path)
                                      .optional("key", &Api::key, absolute_path)
                                      .optional("token_file", &Api::token_file, absolute_path);
  const auto api = table(context, node);
  if (api) check_files(context, node);
  return api;
}

std::optional<Metrics> read_metrics(Context& context, const YamlNode& node) {
  static const Table<Metrics> table =
      Table<Metrics>("metrics").optional("listen", &Metrics::listen, listen_address);
  return table(context, node);
}

}  // namespace drover::config
