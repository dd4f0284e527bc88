// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "lib/config/sections.h"
#include "lib/config/table.h"
#include "lib/config/values.h"

namespace drover::config {
namespace {

std::optional<std::string> url_path(Context& context, const YamlNode& node) {
  const std::string* text = text_of(node);
  const auto is_printable = [](char c) { return c > ' ' && c < 0x7f; };
  if (text != nullptr && text->starts_with('/') &&
      std::all_of(text->begin(), text->end(), is_printable))
    return *text;
  context.expected(node, "the path of a URL, from / on");
  return std::nullopt;
}

// "200-399" or "200".
std::optional<StatusRange> status_range(Context& context, const YamlNode& node) {
  if (const std::string* text = text_of(node)) {
    const auto dash = text->find('-');
    const auto first = parse_number<std::uint16_t>(text->substr(0, dash));
    const auto last =
        dash == std::string::npos ? first : parse_number<std::uint16_t>(text->substr(dash + 1));
    if (first && last && *first >= 100 && *first <= *last && *last <= 599)
      return StatusRange{*first, *last};
  }
  context.expected(node, "an HTTP status or a range of them from 100 to 599, such as 200-399");
  return std::nullopt;
}

std::optional<std::vector<StatusRange>> status_ranges(Context& context, const YamlNode& node) {
  if (node.content->kind == Kind::list)
    return list_of("HTTP statuses", status_range)(context, node);
  const auto range = status_range(context, node);
  if (!range) return std::nullopt;
  return std::vector{*range};
}

std::optional<HttpCheck> http_check(Context& context, const YamlNode& node) {
  static const Table<HttpCheck> table = Table<HttpCheck>("an http check")
                                            .optional("path", &HttpCheck::path, url_path)
                                            .optional("status", &HttpCheck::status, status_ranges);
  return table(context, node);
}

}  // namespace

std::optional<std::vector<Check>> read_checks(Context& context, const YamlNode& node) {
  static const Table<Check> table =
      Table<Check>("a check")
          .required("http", &Check::http, http_check)
          .optional("interval", &Check::interval, duration(Milliseconds(100)))
          .optional("timeout", &Check::timeout, duration(Milliseconds(10), Milliseconds(3'600'000)))
          .optional("rise", &Check::rise, number<std::uint16_t>(1, 1'000))
          .optional("fall", &Check::fall, number<std::uint16_t>(1, 1'000));
  return list_of("checks", table)(context, node);
}

}  // namespace drover::config
