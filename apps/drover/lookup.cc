// SPDX-License-Identifier: BSD-3-Clause
// `drover lookup`: which server a flow gets, and why.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "apps/drover/api_client.h"
#include "apps/drover/command.h"
#include "apps/drover/lookup_text.h"

namespace drover::client {
namespace {

struct Options {
  std::string protocol;
  std::string client;
  std::string virtual_service;
  bool json = false;
};

// The brackets of an IPv6 address may not stand in a URL as they are.
std::string encoded(const std::string& endpoint) {
  std::string text;
  for (const char c : endpoint) text += c == '[' ? "%5B" : c == ']' ? "%5D" : std::string(1, c);
  return text;
}

ExitStatus run(const std::string& socket, const Options& options) {
  const auto client = api::parse_endpoint(options.client);
  const auto target = api::parse_endpoint(options.virtual_service);
  if (client->address.is_v4() != target->address.is_v4()) {
    complain({"", "the client and the VIP are of different families", ""});
    return ExitStatus::usage;
  }
  const auto answer = ApiClient(socket).get(
      fmt::format("/v1/lookup?protocol={}&client={}&virtual={}", options.protocol,
                  encoded(options.client), encoded(options.virtual_service)));
  if (!answer) return complain(answer.error());
  const auto lookup = api::decode_lookup(*answer);
  if (!lookup) return complain(lookup.error());
  const auto text = options.json ? api::indent(*answer) : Result<std::string>();
  print(options.json ? text.value_or(*answer) + "\n" : lookup_text(*lookup));
  return lookup->server ? ExitStatus::done : ExitStatus::failed;
}

std::string complaint_of(const std::string& text) {
  return api::parse_endpoint(text) ? "" : "write ADDRESS:PORT, an IPv6 address in brackets";
}

}  // namespace

void add_lookup(CLI::App& app, Context& context) {
  const auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "lookup", "Tell which server a flow gets and why; changes nothing. Fails if it is none");
  command->add_option("PROTO", options->protocol, "tcp or udp")
      ->required()
      ->transform(CLI::IsMember({"tcp", "udp"}, CLI::ignore_case));
  command->add_option("SRC:PORT", options->client, "The client")->required()->check(complaint_of);
  command->add_option("VIP:PORT", options->virtual_service, "The service")
      ->required()
      ->check(complaint_of);
  command->add_flag("--json", options->json, "droverd's own answer");
  command->callback([&context, options] { context.status = run(context.socket, *options); });
}

}  // namespace drover::client
