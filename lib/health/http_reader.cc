// SPDX-License-Identifier: BSD-3-Clause
#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http.hpp>

#include "lib/base/regular_expression.h"
#include "lib/health/excerpt.h"
#include "lib/health/reply_reader.h"

namespace drover::health {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::uint32_t most_header = 16 * 1'024;  // bytes
constexpr std::size_t most_body = 64 * 1'024;      // that are searched

std::string to_text(const std::vector<config::StatusRange>& ranges) {
  std::string text;
  for (const config::StatusRange& range : ranges) {
    if (!text.empty()) text += ", ";
    text += range.first == range.last ? fmt::format("{}", range.first)
                                      : fmt::format("{}-{}", range.first, range.last);
  }
  return text;
}

class HttpReader final : public ReplyReader {
 public:
  explicit HttpReader(const config::HttpCheck& check) : check_(check) {
    if (!check.body_regex.empty())
      if (auto regex = RegularExpression::compile(check.body_regex)) regex_ = std::move(*regex);
    begin();
  }

  std::optional<Outcome> take(std::string_view bytes) override {
    pending_ += bytes;
    while (pending_.size() >= least_) {
      beast::error_code error;
      const std::size_t used =
          parser_->put(boost::asio::buffer(pending_.data(), pending_.size()), error);
      pending_.erase(0, used);
      if (error && error != http::error::need_more) return no_http(error);
      if (parser_->is_header_done())
        if (auto outcome = judge()) return outcome;
      if (error == http::error::need_more && parser_->is_header_done()) least_ = shortest_chunk;
      if (error == http::error::need_more || used == 0) break;
    }
    return std::nullopt;
  }

  Outcome end() override {
    beast::error_code error;
    if (!parser_->is_header_done()) {
      // A parser that has once asked for more looks at a header only when all of it is there.
      begin();
      parser_->put(boost::asio::buffer(pending_.data(), pending_.size()), error);
      return error == http::error::need_more ? wrong("the HTTP answer ended within its header")
                                             : no_http(error);
    }
    parser_->put_eof(error);
    if (error) return wrong("the HTTP answer ended within its body");
    return judge_body();
  }

 private:
  static Outcome no_http(const beast::error_code& error) {
    return wrong(fmt::format("no HTTP answer: {}", error.message()));
  }

  using Parser = http::response_parser<http::string_body>;

  void begin() {
    parser_.emplace();
    parser_->header_limit(most_header);
    parser_->body_limit(boost::none);
    parser_->eager(true);
    parser_->skip(check_.method == "HEAD");
    least_ = 1;
  }

  std::optional<Outcome> judge() {
    const unsigned status = parser_->get().result_int();
    if (status >= 100 && status < 200) {  // an interim answer (RFC 9110, 15.2)
      if (++interim_ > most_interim) return wrong("too many interim HTTP answers");
      begin();
      return std::nullopt;
    }
    const bool is_expected = std::any_of(check_.status.begin(), check_.status.end(),
                                         [&](const config::StatusRange& range) {
                                           return status >= range.first && status <= range.last;
                                         });
    if (!is_expected)
      return wrong(fmt::format("HTTP status {}, expected {}", status, to_text(check_.status)));
    if (check_.body.empty() && !regex_) return Outcome();
    if (parser_->is_done() || parser_->get().body().size() >= most_body) return judge_body();
    return std::nullopt;
  }

  Outcome judge_body() const {
    const std::string_view body = std::string_view(parser_->get().body()).substr(0, most_body);
    if (!check_.body.empty() && body.find(check_.body) == std::string_view::npos)
      return wrong(fmt::format("the body lacks {}: {}", excerpt(check_.body), excerpt(body)));
    if (regex_ && !regex_->matches(body))
      return wrong(fmt::format("nothing in the body matches the regex: {}", excerpt(body)));
    return {};
  }

  static constexpr unsigned most_interim = 8;
  // What the parser wants to see when it looks at a last chunk again: "0\r\n\r\n".
  static constexpr std::size_t shortest_chunk = 5;

  config::HttpCheck check_;
  std::optional<RegularExpression> regex_;
  std::optional<Parser> parser_;
  std::string pending_;
  std::size_t least_ = 1;  // so many bytes of it are worth a try
  unsigned interim_ = 0;
};

}  // namespace

std::unique_ptr<ReplyReader> make_http_reader(const config::HttpCheck& check) {
  return std::make_unique<HttpReader>(check);
}

}  // namespace drover::health
