// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/import/nanny_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "lib/config/import/words.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

struct HttpRequest {
  std::string method;
  std::string path;
  std::string host;
};

// None if it is no HTTP request, or one with more than a Host header.
std::optional<HttpRequest> http_request(std::string_view send) {
  const auto take_until = [&send](std::string_view end) {
    const auto at = std::min(send.find(end), send.size());
    const std::string taken(send.substr(0, at));
    send.remove_prefix(std::min(send.size(), at + end.size()));
    return taken;
  };
  HttpRequest request{take_until(" "), take_until(" "), {}};
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (request.method.empty() ||
      !std::all_of(request.method.begin(), request.method.end(), is_capital) ||
      !request.path.starts_with('/') || !take_until("\\r\\n").starts_with("HTTP/1."))
    return std::nullopt;
  while (!send.empty()) {
    const std::string header = take_until("\\r\\n");
    if (header.starts_with("Host: "))
      request.host = header.substr(6);
    else if (!header.empty() && header != "Connection: close")
      return std::nullopt;
  }
  return request;
}

// The statuses that an answer with this beginning can have.
std::optional<std::string> statuses(std::string_view expect) {
  if (std::string_view("HTTP/1.").starts_with(expect)) return "100-599";
  if (!expect.starts_with("HTTP/1.") || expect.size() < 9 || expect[8] != ' ') return std::nullopt;
  const std::string digits(expect.substr(9, 3));
  if (digits.empty() ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return digits.empty() ? std::optional<std::string>("100-599") : std::nullopt;
  if (digits.size() == 3) return digits;
  return fmt::format("{:0<3}-{:9<3}", digits, digits);
}

std::string http_check(const HttpRequest& request, const std::string& status) {
  std::string text =
      fmt::format("http: {{path: {}, status: {}", single_quoted(request.path), status);
  if (request.method != "GET") text += ", method: " + request.method;
  if (!request.host.empty()) text += ", host: " + single_quoted(request.host);
  return text + "}";
}

std::string expect_check(const NannyCheck& nanny) {
  std::string text = "expect: {";
  if (nanny.send) text += "send: " + single_quoted(*nanny.send) + ", ";
  text += nanny.use_regex ? "regex: " : "receive: ";
  text += single_quoted(nanny.expect.value_or("*"));
  return text + (nanny.udp ? ", udp: true}" : "}");
}

std::string script_check(const NannyCheck& nanny) {
  std::vector<std::string> command;
  for (const WordLine& line : word_lines(*nanny.program))
    for (const std::string& word : line.words) command.push_back(single_quoted(unquoted(word)));
  std::string text = fmt::format("script: {{command: [{}]", fmt::join(command, ", "));
  if (nanny.expect) text += ", output: " + single_quoted(*nanny.expect);
  return text + "}";
}

// What is asked, and how that is not the same.
std::pair<std::string, std::string> what_is_asked(const NannyCheck& nanny) {
  if (nanny.program)
    return {script_check(nanny),
            "the program must be root's and is run as an unprivileged user; %h and %p stand for "
            "the server's address and port"};
  if (!nanny.udp && !nanny.use_regex) {
    const bool is_default = nanny.port == 80 && !nanny.send && !nanny.expect;
    const auto request =
        http_request(is_default ? "GET / HTTP/1.0\\r\\n\\r\\n" : nanny.send.value_or(""));
    const auto status = statuses(is_default ? "HTTP" : nanny.expect.value_or("no"));
    if (request && status)
      return {http_check(*request, *status),
              *status == "100-599" ? "as nanny: any answer in HTTP is good, an error, too; "
                                     "200-399 is the better choice"
                                   : ""};
    if (!nanny.send && !nanny.expect) return {"tcp: {}", ""};
  }
  return {expect_check(nanny), ""};
}

}  // namespace

bool lost_its_backslashes(const std::string& send) {
  return send.ends_with("rnrn") && !send.ends_with("\\r\\n\\r\\n");
}

ImportedCheck import_check(const NannyCheck& nanny) {
  NannyCheck mended = nanny;
  if (mended.send && lost_its_backslashes(*mended.send))
    mended.send->replace(mended.send->size() - 4, 4, "\\r\\n\\r\\n");
  auto [what, comment] = what_is_asked(mended);
  const std::uint64_t seconds = std::clamp<std::uint64_t>(nanny.timeout_seconds, 1, 3'600);
  return {.what = std::move(what),
          .comment = std::move(comment),
          .interval = Milliseconds(1'000 * seconds),
          .timeout = Milliseconds(1'000 * seconds),
          .rise = std::clamp<std::uint64_t>(nanny.reentry_seconds / seconds, 1, 1'000),
          .fall = 1};
}

}  // namespace drover::config
