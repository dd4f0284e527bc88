// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/change.h"

#include <fmt/format.h>

#include <cstdio>
#include <iterator>

#include "apps/drover/api_client.h"

namespace drover::client {
namespace {

// As a segment of a path: what is not unreserved (RFC 3986, section 2.3) in hexadecimal.
std::string encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~:").find(c) != std::string_view::npos;
    if (plain)
      result += c;
    else
      fmt::format_to(std::back_inserter(result), "%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace

std::string differences_text(const api::Differences& found) {
  std::string text;
  for (const api::Difference& each : found.differences)
    text += fmt::format("{}: {} -> {}\n", each.path, each.before.value_or("not set"),
                        each.after.value_or("not set"));
  if (!found.needs_restart.empty())
    text += fmt::format("needs a restart of droverd: {}\n", fmt::join(found.needs_restart, ", "));
  for (const std::string& dropped : found.dropped) text += fmt::format("dropped: {}\n", dropped);
  return text;
}

std::string service_target(std::string_view service) {
  return "/v1/services/" + encoded(service);
}

std::string server_target(std::string_view service, std::string_view server) {
  return service_target(service) + "/servers/" + encoded(server);
}

ExitStatus change(const Context& context, const std::string& method, const std::string& target,
                  const std::string& body) {
  const auto answer = ApiClient(context.socket).send(method, target, body);
  return answer ? show_change(*answer) : complain(answer.error());
}

ExitStatus show_change(const std::string& answer) {
  const auto done = api::decode_differences(answer);
  if (!done) return complain(done.error());
  for (const std::string& warning : done->warnings) std::fputs((warning + "\n").c_str(), stderr);
  print(done->differences.empty() ? "nothing changed\n" + differences_text(*done)
                                  : differences_text(*done));
  return ExitStatus::done;
}

}  // namespace drover::client
