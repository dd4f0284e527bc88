// SPDX-License-Identifier: BSD-3-Clause
#include "lib/health/agent_line.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lib/health/excerpt.h"
#include "lib/health/reply_reader.h"

namespace drover::health {
namespace {

constexpr std::string_view separators = " \t,\r";
constexpr std::size_t longest_line = 256;

std::optional<unsigned> percent_of(std::string_view word) {
  if (!word.ends_with('%')) return std::nullopt;
  word.remove_suffix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return std::min(value, 100U);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(separators);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(separators) - first + 1);
}

class AgentReader final : public ReplyReader {
 public:
  std::optional<Outcome> take(std::string_view bytes) override {
    line_ += bytes.substr(0, longest_line - line_.size());
    if (line_.find('\n') == std::string::npos && line_.size() < longest_line) return std::nullopt;
    return end();
  }
  Outcome end() override { return judge_agent_line(line_); }

 private:
  std::string line_;
};

}  // namespace

Outcome judge_agent_line(std::string_view line) {
  line = line.substr(0, line.find_first_of(std::string_view("\n\0", 2)));
  const auto hash = line.find('#');
  const std::string_view remark = hash == std::string_view::npos ? "" : trim(line.substr(hash + 1));
  std::string_view rest = trim(line.substr(0, hash));
  AgentReport report;
  bool understood = false;
  while (!rest.empty()) {
    const auto length = std::min(rest.find_first_of(separators), rest.size());
    const std::string_view word = rest.substr(0, length);
    rest = trim(rest.substr(length));
    if (is_one_of(word, {"down", "fail", "failed", "stopped"})) {
      const std::string_view why = remark.empty() ? rest : remark;
      return wrong(why.empty() ? "the agent says it is down"
                               : fmt::format("the agent says it is down: {}", excerpt(why)));
    }
    if (const auto percent = percent_of(word)) {
      report.percent = percent;
    } else if (is_one_of(word, {"drain", "maint"})) {
      report.drains = true;
    } else if (!is_one_of(word, {"up", "ready"})) {
      return wrong(fmt::format("the agent says {}, which means nothing", excerpt(word)));
    }
    understood = true;
  }
  if (!understood) return wrong("the agent says nothing");
  return {Outcome::Kind::good, {}, report};
}

std::unique_ptr<ReplyReader> make_agent_reader() {
  return std::make_unique<AgentReader>();
}

}  // namespace drover::health
