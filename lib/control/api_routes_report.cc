// SPDX-License-Identifier: BSD-3-Clause
#include "lib/control/api_routes_report.h"

#include <utility>

namespace drover::control {

void add_report_routes(ApiRouter& router, std::function<ReportContext()> context,
                       std::function<void(ApiReply)> list_connections) {
  router.add("GET", "/v1/services", [context](const ApiRequest&, ApiReply reply) {
    reply.json(api::encode(report_services(context())));
  });
  router.add("GET", "/v1/status", [context](const ApiRequest&, ApiReply reply) {
    reply.json(api::encode(report_status(context())));
  });
  router.add("GET", "/v1/connections",
             [list = std::move(list_connections)](const ApiRequest&, ApiReply reply) {
               list(std::move(reply));
             });
}

}  // namespace drover::control
