// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_router.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "lib/control/api_model.h"
#include "lib/control/api_write_log.h"

namespace drover::control {
namespace {

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    const auto end = path.find('/');
    segments.emplace_back(path.substr(0, end));
    path = end == std::string_view::npos ? std::string_view() : path.substr(end + 1);
    if (path.empty() && end != std::string_view::npos) segments.emplace_back();
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with('{');
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i)
    if (is_parameter(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
  return true;
}

}  // namespace

void ApiRouter::add(const std::string& method, const std::string& path, ApiHandler handler) {
  Route& route = routes_[path];
  route.segments = segments_of(path);
  route.handlers[method] = std::move(handler);
}

const ApiRouter::Route* ApiRouter::find(ApiRequest& request) const {
  const auto path = segments_of(request.path);
  for (const auto& [pattern, route] : routes_) {
    if (!matches(route.segments, path)) continue;
    for (std::size_t i = 0; i < path.size(); ++i)
      if (const std::string& name = route.segments[i]; is_parameter(name))
        request.parameters[name.substr(1, name.size() - 2)] = path[i];
    return &route;
  }
  return nullptr;
}

void ApiRouter::operator()(ApiRequest request, ApiReply reply) const {
  const bool writes = request.method != "GET" && request.method != "HEAD";
  ApiReply logged = writes ? log_outcome(std::move(reply), request) : std::move(reply);
  dispatch(std::move(request), std::move(logged));
}

void ApiRouter::dispatch(ApiRequest request, ApiReply reply) const {
  const Route* route = find(request);
  if (route == nullptr)
    return reply.error(404, {request.path, "there is no such path", "see docs/api.md"});
  const auto handler = route->handlers.find(request.method);
  if (handler != route->handlers.end())
    return handler->second(std::move(request), std::move(reply));
  std::string allowed;
  for (const auto& [method, unused] : route->handlers)
    allowed += (allowed.empty() ? "" : ", ") + method;
  const Error error{request.path, fmt::format("{} is not possible here", request.method),
                    "use " + allowed};
  reply.send({.status = 405, .body = api::encode(error), .allow = allowed});
}

}  // namespace drover::control
