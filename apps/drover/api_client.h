// SPDX-License-Identifier: BSD-3-Clause
// Asks droverd over its Unix socket, one connection a request; blocks.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "lib/base/result.h"

namespace drover::client {

class ApiClient {
 public:
  // `patience`: how long droverd may be silent at each step.
  explicit ApiClient(std::string socket,
                     std::chrono::milliseconds patience = std::chrono::seconds(10))
      : socket_(std::move(socket)), patience_(patience) {}

  // The body of a 200; any other status is an error in droverd's own words.
  Result<std::string> get(const std::string& target) const;

  // POST, PUT or DELETE, with a JSON body or none: the body of a 2xx. Else all of droverd's errors.
  ResultOrErrors<std::string> send(const std::string& method, const std::string& target,
                                   const std::string& body = {}) const;

  // Calls `each` with every piece of the body as it comes in, until it fails.
  Result<void> get_pieces(const std::string& target,
                          const std::function<Result<void>(std::string_view)>& each) const;

  // Calls `each` with every line of the body, without its end, as they come in.
  Result<void> get_lines(const std::string& target,
                         const std::function<void(std::string_view)>& each) const;

  // As a value of a query in a target.
  static std::string encoded(std::string_view text);

 private:
  std::string socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace drover::client
