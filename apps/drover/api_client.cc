// SPDX-License-Identifier: BSD-3-Clause
#include "apps/drover/api_client.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "lib/control/api_model.h"
#include "version.h"

namespace drover::client {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Local = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

constexpr std::size_t piece_bytes = 64UL * 1024;

// Asio's time-outs work with asynchronous operations only, so each step runs its own little loop.
class Connection {
 public:
  Connection(const std::string& socket, std::chrono::milliseconds patience)
      : socket_(socket), patience_(patience), stream_(loop_) {}

  // Sends the request and reads the answer's header.
  Result<void> ask(const std::string& method, const std::string& target,
                   const std::string& body = {}) {
    Local::endpoint endpoint;
    try {
      endpoint = Local::endpoint(socket_);
    } catch (const boost::system::system_error&) {
      return failure(socket_, "the socket's path is too long", "name another with --socket");
    }
    if (const auto error = step([&](auto done) { stream_.async_connect(endpoint, done); }))
      return unreachable(error);
    http::request<http::string_body> request(http::string_to_verb(method), target, 11, body);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.prepare_payload();
    request.set(http::field::host, "droverd");
    request.set(http::field::user_agent, fmt::format("drover/{}", version));
    request.keep_alive(false);
    // A daemon with too many connections answers before it reads: its answer matters more than
    // that it did not want the request.
    const auto unsent = step([&](auto done) { http::async_write(stream_, request, done); });
    if (unsent == beast::error::timeout) return broken(unsent);
    parser_.body_limit(boost::none);
    const auto error =
        step([&](auto done) { http::async_read_header(stream_, buffer_, parser_, done); });
    return error ? broken(error) : Result<void>();
  }

  bool is_success() const {
    return http::to_status_class(parser_.get().result()) == http::status_class::successful;
  }

  // Some more of the body; empty at its end.
  Result<std::string_view> read_some() {
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = piece_.data();
      body.size = piece_.size();
      const auto error =
          step([&](auto done) { http::async_read_some(stream_, buffer_, parser_, done); });
      if (error && error != http::error::need_buffer) return tl::unexpected(broken(error).error());
      if (const auto length = piece_.size() - body.size; length > 0)
        return std::string_view(piece_.data(), length);
    }
    return std::string_view();
  }

  Result<std::string> read_all() {
    std::string body;
    while (true) {
      const auto piece = read_some();
      if (!piece) return tl::unexpected(piece.error());
      if (piece->empty()) return body;
      body += *piece;
    }
  }

 private:
  template <class Start>
  ErrorCode step(Start start) {
    ErrorCode result;
    stream_.expires_after(patience_);
    start([&result](const ErrorCode& error, auto...) { result = error; });
    loop_.restart();
    loop_.run();
    return result;
  }

  Result<void> unreachable(const ErrorCode& error) const {
    if (error == boost::system::errc::no_such_file_or_directory)
      return failure(socket_, "droverd does not run: there is no such socket",
                     "start droverd, or name its socket with --socket");
    if (error == boost::system::errc::connection_refused)
      return failure(socket_, "droverd does not run: nobody answers on its socket",
                     "start droverd, or name its socket with --socket");
    if (error == boost::system::errc::permission_denied)
      return failure(socket_, "you may not talk to droverd",
                     "run drover as root or as a member of the socket's group");
    if (error == beast::error::timeout) return broken(error);
    return failure(socket_, error.message());
  }

  Result<void> broken(const ErrorCode& error) const {
    if (error == beast::error::timeout)
      return failure(socket_, fmt::format("droverd did not answer within {} s",
                                          std::chrono::duration<double>(patience_).count()));
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error == boost::system::errc::connection_reset)
      return failure(socket_, "droverd broke off its answer", "see droverd's log");
    return failure(socket_, fmt::format("droverd's answer: {}", error.message()));
  }

  std::string socket_;
  std::chrono::milliseconds patience_;
  asio::io_context loop_;
  beast::basic_stream<Local> stream_;
  beast::flat_buffer buffer_;
  http::response_parser<http::buffer_body> parser_;
  std::array<char, piece_bytes> piece_;
};

tl::unexpected<Error> complaint_of(Connection& connection) {
  const auto body = connection.read_all();
  if (!body) return tl::unexpected(body.error());
  auto error = api::decode_error(*body);
  return tl::unexpected(error ? std::move(*error) : std::move(error.error()));
}

}  // namespace

ResultOrErrors<std::string> ApiClient::send(const std::string& method, const std::string& target,
                                            const std::string& body) const {
  Connection connection(socket_, patience_);
  const auto asked = connection.ask(method, target, body);
  if (!asked) return tl::unexpected(Errors{asked.error()});
  auto answer = connection.read_all();
  if (!answer) return tl::unexpected(Errors{answer.error()});
  if (!connection.is_success()) return tl::unexpected(api::decode_errors(*answer));
  return std::move(*answer);
}

Result<std::string> ApiClient::get(const std::string& target) const {
  Connection connection(socket_, patience_);
  if (const auto asked = connection.ask("GET", target); !asked)
    return tl::unexpected(asked.error());
  if (!connection.is_success()) return complaint_of(connection);
  return connection.read_all();
}

Result<void> ApiClient::get_pieces(
    const std::string& target, const std::function<Result<void>(std::string_view)>& each) const {
  Connection connection(socket_, patience_);
  if (const auto asked = connection.ask("GET", target); !asked)
    return tl::unexpected(asked.error());
  if (!connection.is_success()) return complaint_of(connection);
  while (true) {
    const auto piece = connection.read_some();
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) return {};
    if (auto taken = each(*piece); !taken) return taken;
  }
}

Result<void> ApiClient::get_lines(const std::string& target,
                                  const std::function<void(std::string_view)>& each) const {
  std::string rest;
  const auto read = get_pieces(target, [&](std::string_view piece) -> Result<void> {
    rest += piece;
    std::string_view lines = rest;
    for (auto end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
      each(lines.substr(0, end));
      lines.remove_prefix(end + 1);
    }
    rest.erase(0, rest.size() - lines.size());
    return {};
  });
  if (read && !rest.empty()) each(rest);
  return read;
}

std::string ApiClient::encoded(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    result += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace drover::client
