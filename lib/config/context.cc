// SPDX-License-Identifier: BSD-3-Clause
#include "lib/config/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace drover::config {
namespace {

bool is_number(const Content& scalar) {
  return !scalar.quoted && !scalar.text.empty() && scalar.text.size() <= 20 &&
         scalar.text.find_first_not_of("0123456789") == std::string::npos;
}

std::string description(const YamlNode& node) {
  switch (node.content->kind) {
    case Kind::empty:
      return "empty";
    case Kind::scalar:
      return is_number(*node.content) ? node.content->text : in_quotes(node.content->text);
    case Kind::list:
      return node.content->items.empty() ? "an empty list" : "a list";
    case Kind::map:
      return node.content->entries.empty() ? "an empty map" : "a map";
  }
  return {};
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string shown(text.substr(0, longest));
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return fmt::format("\"{}{}\"", shown, text.size() > longest ? "..." : "");
}

void Context::error(Position position, std::string what, std::string remedy) {
  errors_.push_back({position, std::move(what), std::move(remedy)});
}

void Context::warn(Position position, std::string what, std::string remedy) {
  warnings_.push_back({position, std::move(what), std::move(remedy)});
}

void Context::expected(const YamlNode& node, std::string_view what, std::string remedy) {
  error(node.position, fmt::format("{} is {}, expected {}", label(), description(node), what),
        std::move(remedy));
}

Context::Step::Step(Context& context, std::size_t index)
    : Step(context, fmt::format("[{}]", index)) {}

std::string Context::path() const {
  std::string path;
  for (const std::string& step : steps_) {
    if (!path.empty() && step.front() != '[') path += '.';
    path += step;
  }
  return path;
}

std::string Context::label() const {
  if (steps_.empty()) return "the file";
  const std::string& last = steps_.back();
  if (last.front() != '[' || steps_.size() < 2) return last;
  std::size_t index = 0;
  std::from_chars(last.data() + 1, last.data() + last.size(), index);
  return fmt::format("item {} of {}", index + 1, steps_[steps_.size() - 2]);
}

Errors Context::rendered(std::vector<Finding> findings) const {
  std::stable_sort(findings.begin(), findings.end());
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
  Errors errors;
  errors.reserve(findings.size());
  for (Finding& finding : findings)
    errors.push_back({where(places_.file(), finding.position), std::move(finding.what),
                      std::move(finding.remedy)});
  return errors;
}

}  // namespace drover::config
