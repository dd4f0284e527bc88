// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_routes_failover.h"

#include <utility>

#include "lib/config/values.h"

namespace drover::control {
namespace {

constexpr unsigned not_found = 404;
constexpr unsigned conflict = 409;

void yield(Mastership& mastership, std::optional<std::uint8_t> id, const ApiRequest& request,
           ApiReply& reply) {
  if (auto given = mastership.yield(id, request.who); !given)
    return reply.error(conflict, given.error());
  reply.json("{}");
}

}  // namespace

void add_failover_routes(ApiRouter& router, std::function<Mastership&()> mastership) {
  router.add("POST", "/v1/failover", [mastership](const ApiRequest& request, ApiReply reply) {
    yield(mastership(), std::nullopt, request, reply);
  });
  router.add("POST", "/v1/failover/{instance}",
             [mastership = std::move(mastership)](const ApiRequest& request, ApiReply reply) {
               const auto id =
                   config::parse_number<std::uint8_t>(request.parameters.at("instance"));
               if (!id) return reply.error(not_found, {"instance", "is no id from 1 to 255", ""});
               yield(mastership(), id, request, reply);
             });
}

}  // namespace drover::control
