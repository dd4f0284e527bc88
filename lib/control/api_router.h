// SPDX-License-Identifier: BSD-3-Clause
// Finds the handler of a request by method and path, and logs every write with who made it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lib/control/api_reply.h"

namespace drover::control {

// An ApiHandler: give it to ApiServer by std::move. An unknown path is answered with 404, a known
// path with another method by 405 and the Allow header.
class ApiRouter {
 public:
  // A segment of the path in braces ("/v1/services/{service}") stands for any text; the handler
  // finds it among the request's parameters. A path without braces goes before one with them.
  void add(const std::string& method, const std::string& path, ApiHandler handler);
  void operator()(ApiRequest request, ApiReply reply) const;

 private:
  struct Route {
    std::vector<std::string> segments;
    std::map<std::string, ApiHandler> handlers;  // by method
  };
  const Route* find(ApiRequest& request) const;
  void dispatch(ApiRequest request, ApiReply reply) const;

  std::map<std::string, Route> routes_;  // by path; letters sort before braces
};

}  // namespace drover::control
