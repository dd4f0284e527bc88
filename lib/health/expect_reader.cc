// SPDX-License-Identifier: BSD-3-Clause
// As nanny did: "*" takes anything, a text is compared with the beginning of the answer. Unlike
// there it may come in any number of segments.
#include <fmt/format.h>

#include <algorithm>

#include "lib/base/regular_expression.h"
#include "lib/health/excerpt.h"
#include "lib/health/reply_reader.h"

namespace drover::health {
namespace {

constexpr std::size_t most_searched = 4'096;  // bytes that a regular expression is tried on

class Anything final : public ReplyReader {
 public:
  std::optional<Outcome> take(std::string_view) override { return Outcome(); }
  Outcome end() override { return wrong("an empty answer"); }
};

class Prefix final : public ReplyReader {
 public:
  explicit Prefix(std::string text) : expected_(std::move(text)) {}

  std::optional<Outcome> take(std::string_view bytes) override {
    const std::size_t room = expected_.size() - got_.size();
    got_ += bytes.substr(0, room);
    if (!expected_.starts_with(got_)) return end();
    if (got_.size() == expected_.size()) return Outcome();
    return std::nullopt;
  }
  Outcome end() override {
    return wrong(
        fmt::format("the answer begins with {}, expected {}", excerpt(got_), excerpt(expected_)));
  }

 private:
  std::string expected_;
  std::string got_;
};

class Search final : public ReplyReader {
 public:
  explicit Search(RegularExpression regex) : regex_(std::move(regex)) {}

  std::optional<Outcome> take(std::string_view bytes) override {
    got_ += bytes.substr(0, most_searched - got_.size());
    if (regex_.matches(got_)) return Outcome();
    if (got_.size() == most_searched) return end();
    return std::nullopt;
  }
  Outcome end() override {
    return wrong(fmt::format("nothing in the answer matches the regex: {}", excerpt(got_)));
  }

 private:
  RegularExpression regex_;
  std::string got_;
};

class Refusal final : public ReplyReader {
 public:
  explicit Refusal(std::string why) : why_(std::move(why)) {}
  std::optional<Outcome> take(std::string_view) override { return end(); }
  Outcome end() override { return wrong(why_); }

 private:
  std::string why_;
};

}  // namespace

std::unique_ptr<ReplyReader> make_expect_reader(const config::ExpectCheck& check) {
  if (!check.regex.empty()) {
    auto regex = RegularExpression::compile(check.regex);
    if (!regex) return std::make_unique<Refusal>(regex.error().what);
    return std::make_unique<Search>(std::move(*regex));
  }
  if (check.receive == "*") return std::make_unique<Anything>();
  return std::make_unique<Prefix>(check.receive);
}

}  // namespace drover::health
