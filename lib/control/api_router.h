// SPDX-License-Identifier: BSD-3-Clause
// Finds the handler of a request by method and path.
#pragma once

#include <map>
#include <string>

#include "lib/control/api_reply.h"

namespace drover::control {

// An ApiHandler: give it to ApiServer by std::move. An unknown path is answered with 404, a known
// path with another method by 405 and the Allow header.
class ApiRouter {
 public:
  void add(const std::string& method, const std::string& path, ApiHandler handler);
  void operator()(ApiRequest request, ApiReply reply) const;

 private:
  std::map<std::string, std::map<std::string, ApiHandler>> handlers_;  // path, then method
};

}  // namespace drover::control
