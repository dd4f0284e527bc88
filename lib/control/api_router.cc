// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_router.h"

#include <fmt/format.h>

#include <utility>

#include "lib/control/api_model.h"

namespace drover::control {

void ApiRouter::add(const std::string& method, const std::string& path, ApiHandler handler) {
  handlers_[path][method] = std::move(handler);
}

void ApiRouter::operator()(ApiRequest request, ApiReply reply) const {
  const auto methods = handlers_.find(request.path);
  if (methods == handlers_.end())
    return reply.error(404, {request.path, "there is no such path", "see docs/api.md"});
  const auto handler = methods->second.find(request.method);
  if (handler != methods->second.end())
    return handler->second(std::move(request), std::move(reply));
  std::string allowed;
  for (const auto& [method, unused] : methods->second)
    allowed += (allowed.empty() ? "" : ", ") + method;
  const Error error{request.path, fmt::format("{} is not possible here", request.method),
                    "use " + allowed};
  reply.send({.status = 405, .body = api::encode(error), .allow = allowed});
}

}  // namespace drover::control
